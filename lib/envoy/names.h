// The clusters and internal listeners that an EnvoyFilter defines, and those that it sends to.
#pragma once

#include <string_view>
#include <vector>

#include "lib/base/source.h"
#include "lib/resource/resource.h"

namespace egressctl::envoy {

// A name and where it stands. A view into the resource's source.
struct PatchName {
  std::string_view text;
  SourceRange range;
};

// In the order of the source.
struct PatchNames {
  std::vector<PatchName> clusters;            // added ones
  std::vector<PatchName> internal_listeners;  // added ones with `internal_listener`
  std::vector<PatchName> listeners;           // all added ones
  std::vector<PatchName> cluster_references;
  std::vector<PatchName> listener_references;  // `server_listener_name`
};

// All names of an EnvoyFilter; nothing for other kinds. What REMOVE patches hold does not count.
[[nodiscard]] PatchNames collect_names(const resource::Resource& resource);

// Whether Envoy takes the name in the `server_names` of a filter chain's match: one without a
// wildcard, or one that begins with "*.".
//
// Source: envoyproxy/envoy source/common/listener_manager/filter_chain_manager_impl.cc ("partial
// wildcards are not supported in server_names"); Envoy 1.40 says the same of each kind.
[[nodiscard]] bool is_server_name(std::string_view name);

// Whether Istio's proxies have the cluster without any EnvoyFilter, or may: "BlackHoleCluster",
// "outbound|443||cnn.com".
[[nodiscard]] bool is_istio_cluster(std::string_view name);

}  // namespace egressctl::envoy
