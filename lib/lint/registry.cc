#include "lib/lint/registry.h"

#include <algorithm>

#include "lib/lint/rules/all.h"

namespace egressctl::lint {
namespace {

std::vector<const Rule*> sorted_rules() {
  std::vector<const Rule*> rules = rules::all();
  std::sort(rules.begin(), rules.end(),
            [](const Rule* a, const Rule* b) { return a->info.id.id < b->info.id.id; });
  return rules;
}

}  // namespace

std::span<const Rule* const> all_rules() {
  static const std::vector<const Rule*> kRules = sorted_rules();
  return kRules;
}

const Rule* find_rule(std::string_view id_or_name) {
  for (const Rule* rule : all_rules())
    if (rule->info.id.id == id_or_name || rule->info.id.name == id_or_name) return rule;
  return nullptr;
}

std::vector<std::string_view> rule_words() {
  std::vector<std::string_view> words;
  for (const Rule* rule : all_rules()) {
    words.push_back(rule->info.id.id);
    words.push_back(rule->info.id.name);
  }
  return words;
}

}  // namespace egressctl::lint
