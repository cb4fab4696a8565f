#include "lib/render/headline.h"

#include <fmt/format.h>

#include "lib/render/visible.h"

namespace egressctl::render {

std::string place(const Diagnostic& diagnostic) {
  return visible(diagnostic.range.known() ? location(diagnostic.range) : diagnostic.path);
}

std::string rule_tag(const RuleId& rule) {
  return fmt::format("[{} {}]", rule.id, rule.name);
}

}  // namespace egressctl::render
