#include "cli/flags.h"

#include <algorithm>
#include <set>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "lib/base/text.h"

namespace egressctl::cli {
namespace {

constexpr const char* kCommonGroup = "Common options";

std::string wrong_word(std::string_view word, const std::vector<std::string_view>& words) {
  const std::string suggestion = did_you_mean(word, words);
  return fmt::format(
      "unknown value \"{}\"; {}", word,
      suggestion.empty() ? fmt::format("expected one of {}", fmt::join(words, ", ")) : suggestion);
}

}  // namespace

CLI::Option* add_word_flag(CLI::App& command, const std::string& names,
                           std::vector<std::string_view> words, std::size_t initial,
                           std::function<void(std::size_t)> chosen, const std::string& help) {
  const std::string type = fmt::format("{}", fmt::join(words, "|"));
  const std::string shown(words[initial]);
  const std::string flag = names.substr(names.rfind(',') + 1);
  auto choose = [words = std::move(words), chosen = std::move(chosen),
                 flag](const std::string& word) {
    const auto found = std::find(words.begin(), words.end(), word);
    if (found == words.end()) throw CLI::ValidationError(flag, wrong_word(word, words));
    chosen(static_cast<std::size_t>(found - words.begin()));
  };
  CLI::Option* option = command.add_option_function<std::string>(names, std::move(choose), help);
  return option->type_name(type)->default_str(shown)->take_last();
}

CLI::Option* add_word_argument(CLI::App& command, const std::string& name,
                               std::vector<std::string_view> words, std::string& target,
                               const std::string& help) {
  const std::string type = fmt::format("{}", fmt::join(words, "|"));
  auto choose = [words = std::move(words), name, &target](const std::string& word) {
    if (std::find(words.begin(), words.end(), word) == words.end())
      throw CLI::ValidationError(name, wrong_word(word, words));
    target = word;
  };
  CLI::Option* option = command.add_option_function<std::string>(name, std::move(choose), help);
  return option->type_name(type)->required();
}

CLI::Option* add_format(CLI::App& command, const std::string& names, render::Format& target,
                        const std::string& help) {
  const auto formats = render::format_names();
  return add_word_flag(
      command, names, {formats.begin(), formats.end()}, static_cast<std::size_t>(target),
      [&target](std::size_t i) { target = static_cast<render::Format>(i); }, help);
}

CLI::Option* add_outputs(CLI::App& command, const std::string& names,
                         std::vector<ResultOutput>& target, const std::string& help) {
  const std::string flag = names.substr(names.rfind(',') + 1);
  const auto formats = render::format_names();
  const std::vector<std::string_view> words(formats.begin(), formats.end());
  const auto read = [&target, words, flag](const std::vector<std::string>& given) {
    std::vector<ResultOutput> outputs;
    for (const std::string& text : given) {
      const std::size_t equals = text.find('=');
      const std::string word = text.substr(0, equals);
      const auto format = render::format_of(word);
      if (!format) throw CLI::ValidationError(flag, wrong_word(word, words));
      ResultOutput& output = outputs.emplace_back();
      output.format = *format;
      if (equals == std::string::npos) continue;
      output.file = text.substr(equals + 1);
      if (output.file.empty())
        throw CLI::ValidationError(flag, fmt::format("\"{}\" names no file", text));
    }
    std::set<std::string_view> files;
    for (const ResultOutput& output : outputs)
      if (!output.file.empty() && !files.insert(output.file).second)
        throw CLI::ValidationError(flag, fmt::format("two outputs go to {}", output.file));
    if (std::count_if(outputs.begin(), outputs.end(),
                      [](const ResultOutput& output) { return output.file.empty(); }) > 1)
      throw CLI::ValidationError(flag, "only one output can go without a file (FORMAT=FILE)");
    target = outputs;
  };
  CLI::Option* option = command.add_option_function<std::vector<std::string>>(names, read, help);
  return option->type_name(fmt::format("{}[=FILE]", fmt::join(words, "|")))
      ->default_str(std::string(words[static_cast<std::size_t>(target.front().format)]))
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
}

void add_common_flags(CLI::App& command, CommonFlags& flags) {
  using Color = Choice<ColorChoice>;
  add_choice<ColorChoice>(command, "--color", flags.color,
                          {Color{"auto", ColorChoice::Auto}, Color{"always", ColorChoice::Always},
                           Color{"never", ColorChoice::Never}},
                          "When to colour; auto: on a terminal, unless NO_COLOR is set")
      ->group(kCommonGroup);
  using Fail = Choice<FailOn>;
  add_choice<FailOn>(command, "--fail-on", flags.fail_on,
                     {Fail{"error", FailOn::Error}, Fail{"warning", FailOn::Warning},
                      Fail{"info", FailOn::Info}, Fail{"never", FailOn::Never}},
                     "Exit with code 1 when a finding is this severe")
      ->group(kCommonGroup);
  add_format(command, "--message-format", flags.messages, "The form of findings on standard error")
      ->group(kCommonGroup);
  command.add_flag("-q,--quiet", flags.quiet, "Show only findings that make the command fail")
      ->group(kCommonGroup);
  command.add_flag("-v,--verbose", flags.verbosity, "Say what is done; may be repeated")
      ->group(kCommonGroup);
}

}  // namespace egressctl::cli
