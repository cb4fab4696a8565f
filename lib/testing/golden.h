// Compares what a test made with a file that a person has read and accepted.
#pragma once

#include <filesystem>
#include <string_view>

namespace egressctl::testing {

// Fails the running test case, with a unified diff and the command that accepts the change, unless
// `actual` is the text of the golden file. `path` is relative to testdata/ or absolute.
//
// When the test binary was started with --update, or EGRESSCTL_UPDATE_GOLDEN is 1, the file is
// written instead (and its folders made), and the check passes.
void check_golden(const std::filesystem::path& path, std::string_view actual);

}  // namespace egressctl::testing
