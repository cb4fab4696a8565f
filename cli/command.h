// What every command is made of: its exit codes, what it shares with the others, how it is added.
//
// A command lives in a file of its own and is one function that commands.h declares:
//
//   void add_greet(CLI::App& app, Context& context) {
//     struct Flags { std::string name = "world"; };
//     const auto flags = std::make_shared<Flags>();
//     CLI::App& command = add_command(
//         app, context,
//         {.name = "greet",
//          .summary = "Say hello",
//          .examples = {"egressctl greet", "egressctl greet --name you"}},
//         [flags, &context] {
//           context.out.write("hello " + flags->name + "\n");
//           return ExitCode::Done;
//         });
//     command.add_option("--name", flags->name, "Whom to greet")->capture_default_str();
//   }
//
// Results go to `context.out`, all else to `context.err`. See input.h for reading files, report.h
// for findings and failures. An action is called after parsing: CLI11 throws nothing there.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "cli/color.h"
#include "cli/output.h"
#include "lib/base/diagnostic.h"
#include "lib/render/diagnostics.h"

namespace CLI {
class App;
}

namespace egressctl::cli {

// How the program ends; the same for every command and every format.
enum class ExitCode : int {
  Done = 0,      // and no finding at or above --fail-on
  Findings = 1,  // findings at or above --fail-on, input that can't be used, a difference found
  Usage = 2,     // wrong flags or a wrong configuration file
  Failure = 3,   // a file, a port or the program itself failed
  Interrupted = 130,  // ended at once, by the signal conventions of shells: SIGINT
  Terminated = 143,   // SIGTERM
};

// From which severity on findings make the exit code ExitCode::Findings.
enum class FailOn { Info, Warning, Error, Never };

// Flags that every command takes. add_command adds them.
struct CommonFlags {
  ColorChoice color = ColorChoice::Auto;           // --color
  bool quiet = false;                              // -q: see report()
  int verbosity = 0;                               // -v, counted: say on stderr what was done
  FailOn fail_on = FailOn::Error;                  // --fail-on
  render::Format messages = render::Format::Text;  // --message-format: the form of findings
};

// What an action works with. Not safe to share between threads.
struct Context {
  Output& out;
  Output& err;
  Environment environment;
  CommonFlags flags;
  std::function<ExitCode()> action;  // of the command that was chosen; set while parsing
};

// What a person reads about a command.
struct CommandText {
  std::string name;
  std::string summary;                  // one line: imperative, upper-case start, no final stop
  std::array<std::string, 2> examples;  // whole command lines; `--help` starts with them
};

// Adds a subcommand with its help and the common flags; the caller adds its own flags to what is
// returned. `action` runs when the command was chosen; flags that it uses must be kept alive by it
// (a shared_ptr that it captures). `context` must outlive `app`.
CLI::App& add_command(CLI::App& app, Context& context, const CommandText& text,
                      std::function<ExitCode()> action);

}  // namespace egressctl::cli
