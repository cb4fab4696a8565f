// The network filters of a chain, and HTTP in them.
#pragma once

#include "lib/bootstrap/build.h"

namespace egressctl::bootstrap {

// Those that a stock Envoy has; the others are noted.
[[nodiscard]] Json network_filters(Build& build, const topology::FilterChain& chain);

// A listener filter; null, and noted, when a stock Envoy does not have it.
[[nodiscard]] Json listener_filter(Build& build, const topology::ListenerFilter& filter);

// The name of the DNS cache of a cluster that connects by name, when istiod made it.
[[nodiscard]] Json dns_cache(const Build& build, const std::string& cluster);

}  // namespace egressctl::bootstrap
