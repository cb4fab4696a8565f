// Random specs for property tests.
#pragma once

#include <cstdint>

#include "lib/spec/spec.h"

namespace egressctl::generate::testing {

// A spec that spec::read would accept: mixed destinations with long and odd names, several hosts
// and ports, wildcards inside one another, any policy. The same seed makes the same spec.
[[nodiscard]] spec::Spec random_spec(std::uint32_t seed);

}  // namespace egressctl::generate::testing
