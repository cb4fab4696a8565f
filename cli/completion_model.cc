#include "cli/completion_model.h"

#include <algorithm>
#include <string_view>

#include <CLI/CLI.hpp>

#include "lib/base/text.h"

namespace egressctl::cli {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// A type name of lower-case words is the list of what may be given.
std::vector<std::string> words_of(const std::string& type) {
  std::vector<std::string> words;
  for (const std::string_view word : split(type, '|')) {
    if (!is_word(word)) return {};
    words.emplace_back(word);
  }
  return words;
}

ValueKind kind_of(std::string_view type, std::string_view name) {
  if (type == "FILE" || name == "FILE") return ValueKind::File;
  return type == "DIR" || name == "DIR" ? ValueKind::Folder : ValueKind::Any;
}

FlagModel flag_model(const CLI::Option& option) {
  FlagModel flag;
  for (const std::string& name : option.get_snames()) flag.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) flag.names.push_back("--" + name);
  flag.description = option.get_description();
  if (option.get_expected_max() == 0) return flag;
  flag.words = words_of(option.get_type_name());
  flag.value = flag.words.empty() ? kind_of(option.get_type_name(), {}) : ValueKind::Words;
  return flag;
}

ArgumentModel argument_model(const CLI::Option& option) {
  ArgumentModel argument;
  argument.name = option.get_name(true);
  argument.words = words_of(option.get_type_name());
  argument.value =
      argument.words.empty() ? kind_of(option.get_type_name(), argument.name) : ValueKind::Words;
  argument.repeated = option.get_expected_max() > 1;
  return argument;
}

}  // namespace

CommandModel completion_model(const CLI::App& app) {
  CommandModel command;
  command.name = app.get_name();
  command.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional())
      command.arguments.push_back(argument_model(*option));
    else
      command.flags.push_back(flag_model(*option));
  }
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; }))
    command.commands.push_back(completion_model(*each));
  return command;
}

std::vector<std::string> flag_names(const CommandModel& command) {
  std::vector<std::string> names;
  for (const FlagModel& flag : command.flags)
    names.insert(names.end(), flag.names.begin(), flag.names.end());
  return names;
}

}  // namespace egressctl::cli
