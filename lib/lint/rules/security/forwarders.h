// Forwarders by SNI: filter chains, put in by EnvoyFilters, that connect to whatever host the
// client's SNI names.
//
// Source: envoyproxy.io, "SNI dynamic forward proxy".
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/lint/context.h"
#include "lib/topology/topology.h"
#include "lib/yaml/node.h"

namespace egressctl::lint::rules {

// A filter chain that forwards to whatever the client's SNI names.
struct Forwarder {
  const resource::Resource* filter = nullptr;
  std::string_view listener;  // the added one that it is in; empty: a chain of another one
  const yaml::Node* chain = nullptr;
  const yaml::Entry* names = nullptr;  // its server_names; nullptr: any
};

// Those of an EnvoyFilter, in the order of the source.
[[nodiscard]] std::vector<Forwarder> forwarders_in(const resource::Resource& filter);

// The pods that an EnvoyFilter selects in its namespace; none for one without a selector.
[[nodiscard]] std::vector<const mesh::Workload*> pods_of(const Context& in,
                                                         const resource::Resource& filter);

// Whether a cluster's connections go to the internal listener of that name.
[[nodiscard]] bool leads_to(const topology::Cluster& cluster, std::string_view listener);

// What istiod sends gateways, which many filters have in common: worked out once, when it is asked
// for. The mesh must outlive it.
class GatewayProxies {
 public:
  explicit GatewayProxies(const mesh::Mesh& mesh) : mesh_(mesh) {}

  const topology::Topology& of(const mesh::Workload& pod);

 private:
  const mesh::Mesh& mesh_;
  std::optional<topology::Computer> computer_;
  std::unordered_map<const mesh::Workload*, topology::Topology> by_pod_;
};

}  // namespace egressctl::lint::rules
