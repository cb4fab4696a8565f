// All rules, in one list.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "lib/lint/rule.h"

namespace egressctl::lint {

// Every rule that this release can report, by id; those without a function of their own, too.
[[nodiscard]] std::span<const Rule* const> all_rules();

// The rule of an id ("EGR0304") or a name ("routing-loop"), or nullptr.
[[nodiscard]] const Rule* find_rule(std::string_view id_or_name);

// Ids and names, for "did you mean".
[[nodiscard]] std::vector<std::string_view> rule_words();

}  // namespace egressctl::lint
