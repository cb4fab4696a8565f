// The commands and flags of a program as shells complete them, read out of CLI11.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace egressctl::cli {

// What can stand where a value is expected.
enum class ValueKind { None, Any, File, Folder, Words };

struct FlagModel {
  std::vector<std::string> names;  // as typed: "-o", "--output"
  std::string description;         // one line
  ValueKind value = ValueKind::None;
  std::vector<std::string> words;  // for ValueKind::Words
};

struct ArgumentModel {
  std::string name;  // "FILE"
  ValueKind value = ValueKind::Any;
  std::vector<std::string> words;
  bool repeated = false;
};

struct CommandModel {
  std::string name;
  std::string description;
  std::vector<FlagModel> flags;  // in the order of the help
  std::vector<ArgumentModel> arguments;
  std::vector<CommandModel> commands;
};

// Reads `app` and all below it. Type names say what a value is: `a|b|c` are words, `FILE` and `DIR`
// paths; an argument called FILE is one, too.
[[nodiscard]] CommandModel completion_model(const CLI::App& app);

// The names of all flags, in order.
[[nodiscard]] std::vector<std::string> flag_names(const CommandModel& command);

}  // namespace egressctl::cli
