// Strings that readers of YAML like to take for something else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace egressctl::yaml::testing {

// The known traps, then `count` random strings over an alphabet of indicators, blanks, digits,
// control characters and code points that some reader treats specially. All are UTF-8.
[[nodiscard]] std::vector<std::string> hostile_strings(std::uint32_t seed, std::size_t count);

}  // namespace egressctl::yaml::testing
