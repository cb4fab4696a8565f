// Endpoint overrides for names that a chain connects to by SNI.
#pragma once

#include <vector>

#include "lib/bootstrap/build.h"

namespace egressctl::bootstrap {

// The chain, and before it one for each override of a name that it would resolve.
[[nodiscard]] std::vector<Json> with_sni_overrides(const Build& build,
                                                   const topology::FilterChain& chain, Json made);

}  // namespace egressctl::bootstrap
