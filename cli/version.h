// What the program was made of.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace egressctl::cli {

// `0.1.0`
[[nodiscard]] std::string_view program_version();

// `egressctl 0.1.0`
[[nodiscard]] std::string version_line();

// Each library's name and the version that is used: of shared ones, where they can say it, the one
// that was loaded; of the others the one compiled against. Sorted by name.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace egressctl::cli
