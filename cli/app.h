// The program but for main(): parses the command line, runs the command that it names.
#pragma once

#include <span>
#include <string>

#include "cli/command.h"

namespace egressctl::cli {

// Runs the program with `arguments` (without its own name).
//
// Help and versions go to `out`; what is wrong with the arguments, with the name that was most
// likely meant, to `err` with ExitCode::Usage. A failure of `out` itself becomes ExitCode::Failure,
// unless its reader only went away (EPIPE).
[[nodiscard]] ExitCode run(std::span<const std::string> arguments, Output& out, Output& err,
                           const Environment& environment);

// Sets `app` up with every command; `context` must outlive it.
void add_all_commands(CLI::App& app, Context& context);

}  // namespace egressctl::cli
