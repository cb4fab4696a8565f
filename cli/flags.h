// Makes flags that look and fail alike in every command.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/report.h"

namespace CLI {
class Option;
}

namespace egressctl::cli {

// Adds a flag that takes one of `words`; `chosen` is called with the index of the word. `initial`
// is the index that holds when the flag is not given; help shows it. Of several the last one
// counts. Another word ends parsing with a message that lists the words or says which was meant.
CLI::Option* add_word_flag(CLI::App& command, const std::string& names,
                           std::vector<std::string_view> words, std::size_t initial,
                           std::function<void(std::size_t)> chosen, const std::string& help);

// Adds a required argument that is one of `words`; it goes to `target`, which must outlive
// `command`. Another word ends parsing in the same way.
CLI::Option* add_word_argument(CLI::App& command, const std::string& name,
                               std::vector<std::string_view> words, std::string& target,
                               const std::string& help);

// A word of the command line and what it stands for.
template <typename Enum>
struct Choice {
  std::string_view word;
  Enum value;
};

// The same for an enum: the chosen value goes to `target`, which must outlive `command` and whose
// value now is the default; it must be one of the choices.
template <typename Enum>
CLI::Option* add_choice(CLI::App& command, const std::string& names, Enum& target,
                        std::vector<Choice<Enum>> choices, const std::string& help) {
  std::vector<std::string_view> words;
  std::size_t initial = 0;
  for (const Choice<Enum>& choice : choices) {
    if (choice.value == target) initial = words.size();
    words.push_back(choice.word);
  }
  return add_word_flag(
      command, names, std::move(words), initial,
      [&target, choices = std::move(choices)](std::size_t i) { target = choices[i].value; }, help);
}

// Adds a flag that takes the name of a form of findings; see add_word_flag.
CLI::Option* add_format(CLI::App& command, const std::string& names, render::Format& target,
                        const std::string& help);

// Adds a flag that takes FORMAT[=FILE] and may be repeated, at most once without a file. Until it
// is given `target` stays as it is.
CLI::Option* add_outputs(CLI::App& command, const std::string& names,
                         std::vector<ResultOutput>& target, const std::string& help);

// Adds --color, --fail-on, --message-format, -q and -v. `flags` must outlive `command`.
void add_common_flags(CLI::App& command, CommonFlags& flags);

}  // namespace egressctl::cli
