#include <fmt/format.h>

#include "cli/completion_scripts.h"
#include "lib/base/text.h"

namespace egressctl::cli {
namespace {

// For a text between single quotes that _arguments splits at ':' and ends at ']'.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else if (c == ':' || c == '[' || c == ']' || c == '\\')
      out += std::string("\\") + c;
    else
      out += c;
  }
  return out;
}

std::string action(ValueKind kind, const std::vector<std::string>& words) {
  switch (kind) {
    case ValueKind::None: return {};
    case ValueKind::Any: return " ";
    case ValueKind::File: return "_files";
    case ValueKind::Folder: return "_files -/";
    case ValueKind::Words: return fmt::format("({})", join(words, " "));
  }
  return {};
}

// The specification of one flag for _arguments: names exclude one another.
std::string flag_spec(const FlagModel& flag) {
  std::string spec;
  const std::string what = fmt::format("[{}]", escaped(flag.description));
  std::string value;
  if (flag.value != ValueKind::None)
    value = fmt::format(":value:{}", action(flag.value, flag.words));
  // `=` takes `--flag=value` as well as `--flag value`.
  const auto name = [&](const std::string& text) {
    const bool is_long = text.starts_with("--");
    return flag.value != ValueKind::None && is_long ? text + "=" : text;
  };
  if (flag.names.size() == 1) return fmt::format("'{}{}{}'", name(flag.names[0]), what, value);
  std::vector<std::string> names;
  for (const std::string& each : flag.names) names.push_back(name(each));
  return fmt::format("'({})'{{{}}}'{}{}'", join(flag.names, " "), join(names, ","), what, value);
}

std::string argument_spec(const ArgumentModel& argument) {
  return fmt::format("'{}{}:{}'", argument.repeated ? "*:" : ":", escaped(argument.name),
                     action(argument.value, argument.words));
}

std::string arguments_call(const CommandModel& command, std::string_view indent) {
  std::string out = fmt::format("{}_arguments -s", indent);
  for (const FlagModel& flag : command.flags)
    out += fmt::format(" \\\n{}  {}", indent, flag_spec(flag));
  for (const ArgumentModel& argument : command.arguments)
    out += fmt::format(" \\\n{}  {}", indent, argument_spec(argument));
  return out;
}

}  // namespace

std::string zsh_completion(const CommandModel& program) {
  std::string out = fmt::format(
      "#compdef {0}\n\n_{0}() {{\n  local context state state_descr line\n  typeset -A opt_args\n",
      program.name);
  out += arguments_call(program, "  ");
  out += " \\\n    '1:command:->command' \\\n    '*::argument:->argument'\n";
  out += "  case $state in\n    command)\n      local -a commands=(\n";
  for (const CommandModel& command : program.commands)
    out += fmt::format("        '{}:{}'\n", command.name, escaped(command.description));
  out += "      )\n      _describe command commands\n      ;;\n";
  out += "    argument)\n      case $line[1] in\n";
  for (const CommandModel& command : program.commands)
    out += fmt::format("        {})\n{}\n          ;;\n", command.name,
                       arguments_call(command, "          "));
  out += "      esac\n      ;;\n  esac\n}\n\n";
  // Sourced, the file defines the completion; loaded from $fpath, it is the completion.
  out += fmt::format(
      "if [[ $funcstack[1] == _{0} ]]; then\n  _{0} \"$@\"\nelse\n  compdef _{0} {0}\nfi\n",
      program.name);
  return out;
}

}  // namespace egressctl::cli
