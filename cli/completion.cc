// egressctl completion: scripts for shells, from the commands and flags that there are.
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/completion_model.h"
#include "cli/completion_scripts.h"
#include "cli/flags.h"

namespace egressctl::cli {
namespace {

std::string script(const std::string& shell, const CommandModel& program) {
  if (shell == "bash") return bash_completion(program);
  return shell == "zsh" ? zsh_completion(program) : fish_completion(program);
}

}  // namespace

void add_completion(CLI::App& app, Context& context) {
  const auto shell = std::make_shared<std::string>();
  CLI::App& command =
      add_command(app, context,
                  {.name = "completion",
                   .summary = "Print a script that completes commands and flags in a shell",
                   .examples = {"source <(egressctl completion bash)",
                                "egressctl completion zsh > ~/.zfunc/_egressctl"}},
                  [shell, &app, &context] {
                    context.out.write(script(*shell, completion_model(app)));
                    return ExitCode::Done;
                  });
  add_word_argument(command, "SHELL", {"bash", "zsh", "fish"}, *shell, "Which shell");
}

}  // namespace egressctl::cli
