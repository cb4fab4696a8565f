// Files that tests read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace egressctl::testing {

// The absolute path of testdata/.
[[nodiscard]] std::filesystem::path testdata();

// The absolute path of shared/ beside the tree, which need not exist.
[[nodiscard]] std::filesystem::path shared();

// The bytes of a file; fails the running test case when it can't be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

// Makes a file of these bytes and returns its path; fails the running test case when it can't.
std::string write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace egressctl::testing
