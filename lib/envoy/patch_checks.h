// The parts of check_envoy_filter().
#pragma once

#include "lib/envoy/findings.h"
#include "lib/resource/envoy_filter.h"

namespace egressctl::envoy {

// operations.cc: what istiod ignores, and matches that select nothing.
void check_operation(const resource::ConfigPatch& patch, Findings& findings);
void check_match(const resource::ConfigPatch& patch, Findings& findings);

// sni_proxy.cc: forwarders by SNI that never see one.
void check_sni_proxy(const resource::ConfigPatch& patch, Findings& findings);
[[nodiscard]] bool is_sni_forwarder(const yaml::Node& filter);

// filter_chains.cc: chains, and filters in them, that Envoy refuses.
void check_filter_chains(const resource::EnvoyFilter& filter, const resource::ConfigPatch& patch,
                         Findings& findings);

// clusters.cc: clusters that Envoy refuses.
void check_cluster(const resource::ConfigPatch& patch, Findings& findings);

// listeners.cc: listeners that Envoy refuses.
void check_listener(const resource::ConfigPatch& patch, Findings& findings);

// dns_cache.cc: caches of one name with different settings.
void check_dns_caches(const resource::EnvoyFilter& filter, Findings& findings);

// Whether the patch adds an object of its own.
[[nodiscard]] bool adds(const resource::ConfigPatch& patch);

}  // namespace egressctl::envoy
