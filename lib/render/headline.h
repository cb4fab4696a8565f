// The parts of a finding's first line, which the forms for people share.
#pragma once

#include <string>

#include "lib/base/diagnostic.h"

namespace egressctl::render {

// `path:line:column`, the path alone where the position is not known, or an empty text.
[[nodiscard]] std::string place(const Diagnostic& diagnostic);

// `[EGR0304 gateway-host-not-routed]`
[[nodiscard]] std::string rule_tag(const RuleId& rule);

}  // namespace egressctl::render
