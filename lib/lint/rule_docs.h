// Rules as people and programs read about them.
#pragma once

#include <span>
#include <string>

#include "lib/lint/rule.h"

namespace egressctl::lint {

// A line a rule: id, severity, name, summary; posture rules are marked.
[[nodiscard]] std::string rules_as_text(std::span<const Rule* const> rules);

// One object: {"version":1,"rules":[{"id","name","severity","since","posture","summary","why",
// "mend","references","example":{"bad","good"}}]}; `example` is null for a few.
[[nodiscard]] std::string rules_as_json(std::span<const Rule* const> rules);

// A reference: a section for each rule, behind a table of all.
[[nodiscard]] std::string rules_as_markdown(std::span<const Rule* const> rules);

// All that is known of one rule, wrapped at 80 columns but for its example.
[[nodiscard]] std::string explain(const Rule& rule);

}  // namespace egressctl::lint
