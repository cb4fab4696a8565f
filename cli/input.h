// Reads the files that a person names.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/source.h"

namespace egressctl::cli {

// No file of YAML is larger; a path that never ends (/dev/zero) is told from one.
inline constexpr std::size_t kMaxInputBytes = std::size_t{1} << 30;

// Reads one file whole; `-` is standard input, whose source is called `stdin_name`. Pipes, FIFOs
// and devices are read to their end.
//
// Fails with ErrorCode::NotFound when there is no such file, with ErrorCode::Io when it is a
// folder, larger than kMaxInputBytes, or can't be read. The message names the path.
[[nodiscard]] Result<std::unique_ptr<const Source>> read_input(
    const std::string& path, const std::string& stdin_name = "<stdin>");

// Reads all files, and those of folders and the folders in them that end in .yaml, .yml or .json,
// sorted by path; what is called .something is skipped, links to folders are not followed. A file
// that is named twice is read once.
[[nodiscard]] Result<std::vector<std::unique_ptr<const Source>>> read_inputs(
    const std::vector<std::string>& paths);

}  // namespace egressctl::cli
