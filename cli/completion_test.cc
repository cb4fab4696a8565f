#include <algorithm>
#include <string>

#include <CLI/CLI.hpp>
#include <doctest/doctest.h>

#include "cli/app.h"
#include "cli/captured_output.h"
#include "cli/completion_model.h"
#include "cli/completion_scripts.h"
#include "lib/testing/golden.h"

namespace egressctl::cli {
namespace {

using egressctl::testing::check_golden;

// A program with one of everything that completion knows.
CommandModel sample() {
  FlagModel output{{"-o", "--output"}, "The form: it's [free]", ValueKind::Words, {"text", "json"}};
  FlagModel folder{{"--out-dir"}, "Where to", ValueKind::Folder, {}};
  FlagModel config{{"--config"}, "A file", ValueKind::File, {}};
  FlagModel name{{"--name"}, "Any text", ValueKind::Any, {}};
  FlagModel quiet{{"-q", "--quiet"}, "Say less", ValueKind::None, {}};
  CommandModel make{"make", "Make it", {output, folder, config, name}, {}, {}};
  make.arguments.push_back({"FILE", ValueKind::File, {}, true});
  CommandModel show{"show", "Show one", {quiet}, {}, {}};
  show.arguments.push_back({"WHAT", ValueKind::Words, {"spec", "rule"}, false});
  return {"prog", "A program", {quiet}, {}, {make, show}};
}

TEST_CASE("completion: the scripts of a small program are as they were accepted") {
  check_golden("cli/completion/prog.bash", bash_completion(sample()));
  check_golden("cli/completion/prog.zsh", zsh_completion(sample()));
  check_golden("cli/completion/prog.fish", fish_completion(sample()));
}

TEST_CASE("completion: the model has what CLI11 was told") {
  CLI::App app("A program", "prog");
  CLI::App* make = app.add_subcommand("make", "Make it");
  std::string text;
  bool flag = false;
  std::vector<std::string> files;
  make->add_option("-o,--output", text, "The form")->type_name("text|json");
  make->add_option("--out-dir", text, "Where to")->type_name("DIR");
  make->add_option("--name", text, "Any text");
  make->add_flag("-q", flag, "Say less");
  make->add_option("FILE", files, "Specs");
  const CommandModel model = completion_model(app);
  CHECK(model.name == "prog");
  REQUIRE(model.commands.size() == 1);
  const CommandModel& command = model.commands.front();
  CHECK(flag_names(command) ==
        std::vector<std::string>{"-h", "--help", "-o", "--output", "--out-dir", "--name", "-q"});
  CHECK(command.flags[0].value == ValueKind::None);
  CHECK(command.flags[1].words == std::vector<std::string>{"text", "json"});
  CHECK(command.flags[2].value == ValueKind::Folder);
  CHECK(command.flags[3].value == ValueKind::Any);
  CHECK(command.flags[4].value == ValueKind::None);
  REQUIRE(command.arguments.size() == 1);
  CHECK(command.arguments[0].value == ValueKind::File);
  CHECK(command.arguments[0].repeated);
}

TEST_CASE("completion: every command of the program describes itself and its flags") {
  testing::CapturedOutput out;
  testing::CapturedOutput err;
  Context context{
      .out = out.output(), .err = err.output(), .environment = {}, .flags = {}, .action = {}};
  CLI::App app;
  add_all_commands(app, context);
  const CommandModel model = completion_model(app);
  CHECK(model.commands.size() >= 5);
  for (const CommandModel& command : model.commands) {
    CAPTURE(command.name);
    CHECK_FALSE(command.description.empty());
    CHECK(command.description.back() != '.');
    CHECK(command.description.find('\n') == std::string::npos);
    for (const FlagModel& flag : command.flags) {
      CAPTURE(flag.names.back());
      CHECK_FALSE(flag.description.empty());
      CHECK(flag.names.back().starts_with("--"));
    }
    for (const char* common : {"--help", "--color", "--fail-on", "--message-format", "--quiet"}) {
      const auto names = flag_names(command);
      CHECK(std::count(names.begin(), names.end(), common) == 1);
    }
  }
}

}  // namespace
}  // namespace egressctl::cli
