#include "lib/lint/rule_docs.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/base/text.h"
#include "lib/lint/examples.h"

namespace egressctl::lint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kWidth = 80;

std::string url_of(std::string_view reference) {
  const std::size_t hash = reference.find('#');
  if (reference.starts_with("https://") || hash == std::string_view::npos)
    return std::string(reference);
  return fmt::format("https://github.com/{}/issues/{}", reference.substr(0, hash),
                     reference.substr(hash + 1));
}

// Breaks at spaces so that no line is wider than `kWidth`, but for words that are.
std::string wrapped(std::string_view text, std::string_view indent) {
  std::string out(indent);
  std::size_t column = indent.size();
  bool first = true;
  for (const std::string_view word : split(text, ' ')) {
    if (!first && column + 1 + word.size() > kWidth) {
      out += fmt::format("\n{}", indent);
      column = indent.size();
      first = true;
    }
    out += fmt::format("{}{}", first ? "" : " ", word);
    column += word.size() + (first ? 0 : 1);
    first = false;
  }
  return out + "\n";
}

Json to_json(const std::optional<Example>& example) {
  if (!example) return nullptr;
  return {{"bad", example->bad}, {"good", example->good}};
}

// A text behind an indent on each line.
std::string indented(std::string_view text) {
  std::string out;
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (const std::string_view line : split(text, '\n')) out += fmt::format("  {}\n", line);
  return out;
}

Json to_json(const RuleInfo& info) {
  Json references = Json::array();
  for (const std::string_view reference : info.references) references.push_back(url_of(reference));
  return {{"id", info.id.id},
          {"name", info.id.name},
          {"severity", to_string(info.id.severity)},
          {"since", info.since},
          {"posture", info.posture},
          {"summary", info.summary},
          {"why", info.why},
          {"mend", info.mend},
          {"references", references},
          {"example", to_json(example_of(info.id.id))}};
}

std::string section(const RuleInfo& info) {
  std::string out = fmt::format("\n## {} {}\n\n*{}{}, since {}.* {}.\n\n{}\n\n**What to do.** {}\n",
                                info.id.id, info.id.name, to_string(info.id.severity),
                                info.posture ? ", only with `--profile posture`" : "", info.since,
                                info.summary, info.why, info.mend);
  if (const auto example = example_of(info.id.id))
    out += fmt::format("\n```yaml\n# wrong\n{}# right\n{}```\n", example->bad, example->good);
  if (info.references.empty()) return out;
  out += "\nSee";
  std::string_view gap = " ";
  for (const std::string_view reference : info.references) {
    out += fmt::format("{}<{}>", gap, url_of(reference));
    gap = ", ";
  }
  return out + ".\n";
}

}  // namespace

std::string rules_as_text(std::span<const Rule* const> rules) {
  std::size_t width = 0;
  for (const Rule* rule : rules) width = std::max(width, rule->info.id.name.size());
  std::string out;
  for (const Rule* rule : rules)
    out += fmt::format("{}  {:7}  {:{}}  {}{}\n", rule->info.id.id,
                       to_string(rule->info.id.severity), rule->info.id.name, width,
                       rule->info.summary, rule->info.posture ? " (posture)" : "");
  return out;
}

std::string rules_as_json(std::span<const Rule* const> rules) {
  Json list = Json::array();
  for (const Rule* rule : rules) list.push_back(to_json(rule->info));
  return Json{{"version", 1}, {"rules", list}}.dump(2) + "\n";
}

std::string rules_as_markdown(std::span<const Rule* const> rules) {
  std::string out =
      "# Rules\n\nWhat `egressctl lint` reports. `egressctl explain RULE` prints one of them. "
      "`egressctl rules -o markdown` wrote this page.\n\n"
      "| Rule | Severity | Name | Mistake |\n|---|---|---|---|\n";
  for (const Rule* rule : rules) {
    const RuleId& id = rule->info.id;
    out += fmt::format("| [{0}](#{1}-{2}) | {3} | {2} | {4} |\n", id.id, to_lower(id.id), id.name,
                       to_string(id.severity), rule->info.summary);
  }
  for (const Rule* rule : rules) out += section(rule->info);
  return out;
}

std::string explain(const Rule& rule) {
  const RuleInfo& info = rule.info;
  std::string out =
      fmt::format("{} {} ({}{})\n", info.id.id, info.id.name, to_string(info.id.severity),
                  info.posture ? ", only with --profile posture" : "");
  out += fmt::format("\nThe mistake\n{}", wrapped(fmt::format("{}.", info.summary), "  "));
  out += fmt::format("\nWhat happens\n{}", wrapped(info.why, "  "));
  out += fmt::format("\nWhat to do\n{}", wrapped(info.mend, "  "));
  if (const auto example = example_of(info.id.id))
    out += fmt::format("\nWrong\n{}\nRight\n{}", indented(example->bad), indented(example->good));
  if (info.references.empty()) return out;
  out += "\nSee\n";
  for (const std::string_view reference : info.references)
    out += fmt::format("  {}\n", url_of(reference));
  return out;
}

}  // namespace egressctl::lint
