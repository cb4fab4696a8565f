#include <fmt/format.h>

#include "cli/completion_scripts.h"
#include "lib/base/text.h"

namespace egressctl::cli {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string value_part(ValueKind kind, const std::vector<std::string>& words) {
  switch (kind) {
    case ValueKind::None: return {};
    case ValueKind::Any: return " -x";
    case ValueKind::File: return " -r -F";
    case ValueKind::Folder: return " -x -a '(__fish_complete_directories)'";
    case ValueKind::Words: return fmt::format(" -x -a {}", in_quotes(join(words, " ")));
  }
  return {};
}

std::string names_part(const FlagModel& flag) {
  std::string out;
  for (const std::string& name : flag.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  return out;
}

// The lines of one command; `when` is the condition under which they hold.
std::string lines_of(const CommandModel& command, const std::string& program,
                     const std::string& when) {
  const std::string start = fmt::format("complete -c {} -n {}", program, in_quotes(when));
  std::string out;
  for (const FlagModel& flag : command.flags)
    out += fmt::format("{}{} -d {}{}\n", start, names_part(flag), in_quotes(flag.description),
                       value_part(flag.value, flag.words));
  for (const ArgumentModel& argument : command.arguments) {
    if (argument.value == ValueKind::File) out += start + " -F\n";
    if (argument.value == ValueKind::Folder || argument.value == ValueKind::Words)
      out += start + value_part(argument.value, argument.words) + "\n";
  }
  return out;
}

}  // namespace

std::string fish_completion(const CommandModel& program) {
  // No files where none are asked for.
  std::string out = fmt::format("complete -c {} -f\n", program.name);
  const std::string none = "__fish_use_subcommand";
  out += lines_of(program, program.name, none);
  for (const CommandModel& command : program.commands)
    out += fmt::format("complete -c {} -n {} -a {} -d {}\n", program.name, in_quotes(none),
                       command.name, in_quotes(command.description));
  for (const CommandModel& command : program.commands)
    out += lines_of(command, program.name, "__fish_seen_subcommand_from " + command.name);
  return out;
}

}  // namespace egressctl::cli
