// Which files a person means by the paths on a command line.
#pragma once

#include <string>
#include <vector>

#include "cli/input.h"

namespace egressctl::cli {

// The paths to read, in the order in which they were named, those of a folder or a pattern sorted;
// see read_inputs(). What can't be looked into is a problem, and the rest is listed.
[[nodiscard]] std::vector<std::string> list_inputs(const std::vector<std::string>& paths,
                                                   const InputOptions& options,
                                                   Diagnostics& problems);

}  // namespace egressctl::cli
