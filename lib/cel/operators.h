// CEL's operators on values.
#pragma once

#include "lib/cel/functions.h"
#include "lib/cel/syntax.h"
#include "lib/cel/value.h"

namespace egressctl::cel {

// A binary operator other than `&&` and `||`: comparison, `in` and arithmetic.
[[nodiscard]] Outcome apply_operator(Op op, const Value& left, const Value& right);

// Unary minus.
[[nodiscard]] Outcome negate(const Value& operand);

}  // namespace egressctl::cel
