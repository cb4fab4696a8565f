// Reads the files that a person names.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

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

}  // namespace egressctl::cli
