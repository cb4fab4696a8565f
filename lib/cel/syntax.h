// The tree of a CEL expression, macros expanded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

#include "lib/base/result.h"
#include "lib/cel/functions.h"
#include "lib/cel/value.h"

namespace egressctl::cel {

enum class Op : std::uint8_t {
  Constant,
  Variable,
  Select,     // a.b
  OptSelect,  // a.?b
  Has,        // has(a.b)
  Index,      // a[b]
  OptIndex,   // a[?b]
  Call,
  List,
  Map,  // keys and values in turn
  Not,
  Negate,
  And,
  Or,
  Conditional,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
  Add,
  Subtract,
  Multiply,
  Divide,
  Modulo,
  // Macros over a list or the keys of a map: range, condition, and for MapFiltered the result.
  All,
  Exists,
  ExistsOne,
  Filter,
  Transform,          // map(x, result)
  TransformFiltered,  // map(x, condition, result)
  Bind,               // cel.bind(x, value, result), and target.optMap(x, result)
  OptMap,
  OptFlatMap,
};

struct Expr {
  Op op = Op::Constant;
  std::uint32_t slot = 0;  // of a Variable, or of a macro's own variable
  Value constant;
  std::string name;     // of a field, escapes undone
  std::string written;  // of a field, as written when that differs
  std::vector<std::uint32_t> parts;
  const Function* function = nullptr;
  std::shared_ptr<const re2::RE2> regex;  // of a call with a constant pattern
};

// Variables have slots: `self` is 0, `oldSelf` 1, and those of macros come behind.
inline constexpr std::uint32_t kSelfSlot = 0;
inline constexpr std::uint32_t kOldSelfSlot = 1;

struct Syntax {
  std::string source;
  std::vector<Expr> expressions;
  std::vector<std::string> strings;  // what constants view; not changed after parsing
  std::uint32_t root = 0;
  std::uint32_t slots = 2;
  bool mentions_old_self = false;
};

// Parses an expression. Fails with "offset 12: ...".
[[nodiscard]] Result<std::shared_ptr<const Syntax>> parse(std::string_view source);

}  // namespace egressctl::cel
