// How `--help` looks.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

namespace egressctl::cli {

// Lays help out as: examples (the app's footer), description, usage, commands, arguments, options
// by group.
[[nodiscard]] std::shared_ptr<CLI::FormatterBase> make_help_formatter();

}  // namespace egressctl::cli
