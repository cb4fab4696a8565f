#include "cli/app.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/version.h"
#include "lib/base/text.h"
#include "lib/render/visible.h"

namespace egressctl::cli {
namespace {

constexpr const char* kProgram = "egressctl";

std::string examples_text(const CommandText& text) {
  return fmt::format("Examples:\n  $ {}\n  $ {}", text.examples[0], text.examples[1]);
}

// The command that was named, or the program itself.
const CLI::App& innermost(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : *chosen.front();
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? kProgram : fmt::format("{} {}", kProgram, app.get_name());
}

// Names as a person types them; those of `app` itself, not of its commands.
std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::string unknown(std::string_view what, std::string_view word,
                    const std::vector<std::string>& names) {
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string suggestion = did_you_mean(word, candidates);
  return fmt::format("unknown {} \"{}\"{}{}", what, render::visible(word),
                     suggestion.empty() ? "" : "; ", suggestion);
}

// What is wrong with the first word that nothing took; std::nullopt when all were taken.
std::optional<std::string> unknown_word(const CLI::App& app) {
  const CLI::App& command = innermost(app);
  const std::vector<std::string> extras = app.remaining(true);
  const auto flag = std::find_if(extras.begin(), extras.end(), [](const std::string& word) {
    return word.size() > 1 && word.front() == '-' && word != "--";
  });
  if (flag != extras.end())
    return unknown("flag", flag->substr(0, flag->find('=')), flag_names(command));
  if (extras.empty()) return std::nullopt;
  if (command.get_parent() == nullptr)
    return unknown("command", extras.front(), command_names(command));
  return fmt::format("unexpected argument \"{}\"", render::visible(extras.front()));
}

// What CLI11 says, in our words where it knows less than we do.
std::string problem(const CLI::App& app, const CLI::ParseError& error) {
  // An unknown word is the cause of what is missing, more often than not.
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) ||
      error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError))
    if (const auto word = unknown_word(app)) return *word;
  return render::visible(error.what());
}

ExitCode complain(Context& context, const CLI::App& app, const std::string& message) {
  context.err.write(fmt::format("{0}: error: {1}\nrun `{2} --help` for how to use it\n", kProgram,
                                message, full_name(innermost(app))));
  return ExitCode::Usage;
}

ExitCode parse_and_run(CLI::App& app, Context& context, std::span<const std::string> arguments) {
  // CLI11 takes them last first.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    context.out.write(innermost(app).help());
    return ExitCode::Done;
  } catch (const CLI::CallForVersion& version) {
    context.out.write(fmt::format("{}\n", version.what()));
    return ExitCode::Done;
  } catch (const CLI::ParseError& error) {
    return complain(context, app, problem(app, error));
  }
  if (!context.action) {
    context.err.write(app.help());
    return ExitCode::Usage;
  }
  return context.action();
}

}  // namespace

CLI::App& add_command(CLI::App& app, Context& context, const CommandText& text,
                      std::function<ExitCode()> action) {
  CLI::App* command = app.add_subcommand(text.name, text.summary);
  command->group("Commands");
  command->footer(examples_text(text));
  command->callback([&context, run = std::move(action)] { context.action = run; });
  add_common_flags(*command, context.flags);
  return *command;
}

void add_all_commands(CLI::App& app, Context& context) {
  app.name(kProgram);
  app.description(
      "Istio egress gateways: generate their manifests from a short spec, and check them.");
  app.footer(examples_text(
      {.name = {},
       .summary = {},
       .examples = {"egressctl init", "egressctl generate egress.yaml | kubectl apply -f -"}}));
  app.formatter(make_help_formatter());
  app.require_subcommand(0, 1);
  app.set_help_flag("-h,--help", "Show this help and exit");
  app.set_version_flag("--version", version_line(), "Print the version and exit");
  app.get_formatter()->label("Positionals", "Arguments");
  add_common_flags(app, context.flags);
  add_init(app, context);
  add_generate(app, context);
  add_lint(app, context);
  add_validate(app, context);
  add_proxy_config(app, context);
  add_envoy(app, context);
  add_trace(app, context);
  add_logs(app, context);
  add_diff(app, context);
  add_audit(app, context);
  add_graph(app, context);
  add_rules(app, context);
  add_explain(app, context);
  add_forward(app, context);
  add_schema(app, context);
  add_completion(app, context);
  add_version(app, context);
}

ExitCode run(std::span<const std::string> arguments, Output& out, Output& err,
             const Environment& environment) {
  Context context{.out = out, .err = err, .environment = environment, .flags = {}, .action = {}};
  CLI::App app;
  add_all_commands(app, context);
  const ExitCode code = parse_and_run(app, context, arguments);
  if (out.error() == 0 || out.error() == EPIPE) return code;
  err.write(fmt::format("{}: error: can't write to standard output: {}\n", kProgram,
                        std::generic_category().message(out.error())));
  return ExitCode::Failure;
}

}  // namespace egressctl::cli
