#include <fmt/format.h>

#include "cli/completion_scripts.h"
#include "lib/base/text.h"

namespace egressctl::cli {
namespace {

// Before a `case`: which words there are so far, and what is typed. Bash cuts words at '=' when
// that is one of COMP_WORDBREAKS, so `--flag=v` arrives as three words.
constexpr std::string_view kStart = R"(_{0}() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command= i
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${{COMP_WORDS[COMP_CWORD-2]}}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      {1}) command=${{COMP_WORDS[i]}}; break ;;
    esac
  done
  COMPREPLY=()
  case $command/$before in
)";

constexpr std::string_view kMiddle = R"(  esac
  case $command/$word in
)";

constexpr std::string_view kEnd = R"(  esac
}}
complete -o filenames -o bashdefault -F _{0} {0}
)";

std::string reply(ValueKind kind, const std::vector<std::string>& words) {
  const std::string how = kind == ValueKind::File     ? "-f"
                          : kind == ValueKind::Folder ? "-d"
                                                      : fmt::format("-W \"{}\"", join(words, " "));
  return fmt::format("mapfile -t COMPREPLY < <(compgen {} -- \"$word\")", how);
}

// Patterns of `command/previous word` for a flag that wants a value.
std::string value_cases(const CommandModel& command, const std::string& name) {
  std::string out;
  for (const FlagModel& flag : command.flags) {
    if (flag.value == ValueKind::None) continue;
    std::vector<std::string> patterns;
    for (const std::string& each : flag.names) patterns.push_back(fmt::format("{}/{}", name, each));
    const std::string action = flag.value == ValueKind::Any ? ":" : reply(flag.value, flag.words);
    out += fmt::format("    {}) {}; return ;;\n", join(patterns, "|"), action);
  }
  return out;
}

// What can stand where no value is expected: flags behind a '-', else arguments or commands.
std::string word_cases(const CommandModel& command, const std::string& name) {
  std::string out =
      fmt::format("    {}/-*) {} ;;\n", name, reply(ValueKind::Words, flag_names(command)));
  std::vector<std::string> names;
  for (const CommandModel& each : command.commands) names.push_back(each.name);
  if (!names.empty())
    out += fmt::format("    {}/*) {} ;;\n", name, reply(ValueKind::Words, names));
  else if (!command.arguments.empty() && command.arguments.front().value != ValueKind::Any)
    out += fmt::format("    {}/*) {} ;;\n", name,
                       reply(command.arguments.front().value, command.arguments.front().words));
  return out;
}

}  // namespace

std::string bash_completion(const CommandModel& program) {
  std::vector<std::string> names;
  for (const CommandModel& command : program.commands) names.push_back(command.name);
  std::string out = fmt::format(kStart, program.name, join(names, "|"));
  out += value_cases(program, "");
  for (const CommandModel& command : program.commands) out += value_cases(command, command.name);
  out += fmt::format(kMiddle);
  out += word_cases(program, "");
  for (const CommandModel& command : program.commands) out += word_cases(command, command.name);
  return out + fmt::format(kEnd, program.name);
}

}  // namespace egressctl::cli
