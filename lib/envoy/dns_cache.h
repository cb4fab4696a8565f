// DNS caches, which filters and clusters of a proxy share by name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/resource/envoy_filter.h"
#include "lib/yaml/node.h"

namespace egressctl::envoy {

struct DnsCache {
  std::string_view name;
  const yaml::Entry* config;  // `dns_cache_config`
  bool of_cluster;            // else of a filter
};

// Those that the EnvoyFilter adds; in clusters first, else in the order of the source.
[[nodiscard]] std::vector<DnsCache> dns_caches(const resource::EnvoyFilter& filter);

// The settings in which the two differ: `"max_hosts", "host_ttl"`; empty when they are the same.
[[nodiscard]] std::string differences(const DnsCache& a, const DnsCache& b);

// Gives the cache the settings of the other one of its name. std::nullopt where these differ in
// more than scalars, or in more than one that it lacks.
[[nodiscard]] std::optional<Fix> take_settings(const DnsCache& cache, const DnsCache& of);

}  // namespace egressctl::envoy
