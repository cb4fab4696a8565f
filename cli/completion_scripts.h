// Scripts that teach shells the commands and flags of a program.
#pragma once

#include <string>

#include "cli/completion_model.h"

namespace egressctl::cli {

// To be sourced, or put into a file of bash-completion's that is called as the program. Works with
// bash 4.2 and later, with and without the bash-completion package.
[[nodiscard]] std::string bash_completion(const CommandModel& program);

// To be put into a file `_<program>` in a folder of $fpath, or sourced behind compinit.
[[nodiscard]] std::string zsh_completion(const CommandModel& program);

// To be put into ~/.config/fish/completions/<program>.fish.
[[nodiscard]] std::string fish_completion(const CommandModel& program);

}  // namespace egressctl::cli
