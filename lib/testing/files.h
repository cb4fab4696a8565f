// Files that tests read.
#pragma once

#include <filesystem>
#include <string>

namespace egressctl::testing {

// The bytes of a file; fails the running test case when it can't be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace egressctl::testing
