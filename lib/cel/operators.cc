#include "lib/cel/operators.h"

#include <limits>
#include <optional>
#include <utility>

namespace egressctl::cel {
namespace {

constexpr std::string_view sign_of(Op op) {
  switch (op) {
    case Op::Equal: return "==";
    case Op::NotEqual: return "!=";
    case Op::Less: return "<";
    case Op::LessEqual: return "<=";
    case Op::Greater: return ">";
    case Op::GreaterEqual: return ">=";
    case Op::In: return "in";
    case Op::Add: return "+";
    case Op::Subtract: return "-";
    case Op::Multiply: return "*";
    case Op::Divide: return "/";
    default: return "%";
  }
}

tl::unexpected<std::string> overflow() {
  return tl::unexpected<std::string>("integer overflow");
}

// `compute` is one of the compiler's checked operations.
template <typename T, typename Compute>
Outcome checked(T left, T right, const Compute& compute) {
  T out{};
  if (compute(left, right, &out)) return overflow();
  return Value(out);
}

template <typename T>
Outcome divide(Op op, T left, T right) {
  if (right == 0)
    return tl::unexpected<std::string>(op == Op::Divide ? "division by zero" : "modulus by zero");
  if constexpr (std::numeric_limits<T>::is_signed)
    if (left == std::numeric_limits<T>::min() && right == -1) return overflow();
  return Value(static_cast<T>(op == Op::Divide ? left / right : left % right));
}

template <typename T>
Outcome integers(Op op, T left, T right) {
  const auto add = [](T a, T b, T* out) { return __builtin_add_overflow(a, b, out); };
  const auto subtract = [](T a, T b, T* out) { return __builtin_sub_overflow(a, b, out); };
  const auto multiply = [](T a, T b, T* out) { return __builtin_mul_overflow(a, b, out); };
  switch (op) {
    case Op::Add: return checked(left, right, add);
    case Op::Subtract: return checked(left, right, subtract);
    case Op::Multiply: return checked(left, right, multiply);
    default: return divide(op, left, right);
  }
}

std::optional<double> as_real(const Value& value) {
  if (const auto* const real = value.as<double>()) return *real;
  // A number of a schema may be written without a fraction.
  if (const auto* const integer = value.as<std::int64_t>()) return static_cast<double>(*integer);
  return std::nullopt;
}

Outcome reals(Op op, double left, double right) {
  switch (op) {
    case Op::Add: return Value(left + right);
    case Op::Subtract: return Value(left - right);
    case Op::Multiply: return Value(left * right);
    default: return Value(left / right);
  }
}

Outcome concatenate(const Value& left, const Value& right) {
  Items items;
  items.reserve(left.size() + right.size());
  for (std::size_t i = 0; i < left.size(); ++i) items.push_back(left.item(i));
  for (std::size_t i = 0; i < right.size(); ++i) items.push_back(right.item(i));
  return Value::of_items(std::move(items));
}

std::optional<Outcome> on_times(Op op, const Value& left, const Value& right) {
  const auto* const duration = left.as<Duration>();
  const auto* const time = left.as<Timestamp>();
  const auto* const by = right.as<Duration>();
  const auto* const other = right.as<Timestamp>();
  const bool add = op == Op::Add;
  if (!add && op != Op::Subtract) return std::nullopt;
  std::int64_t count = 0;
  const auto combine = [&](Duration a, Duration b) {
    return add ? __builtin_add_overflow(a.count(), b.count(), &count)
               : __builtin_sub_overflow(a.count(), b.count(), &count);
  };
  if (duration != nullptr && by != nullptr)
    return combine(*duration, *by) ? Outcome(overflow()) : Outcome(Value(Duration(count)));
  if (time != nullptr && by != nullptr)
    return combine(time->since_epoch, *by) ? Outcome(overflow())
                                           : Outcome(Value(Timestamp{Duration(count)}));
  if (duration != nullptr && other != nullptr && add)
    return combine(*duration, other->since_epoch) ? Outcome(overflow())
                                                  : Outcome(Value(Timestamp{Duration(count)}));
  if (time != nullptr && other != nullptr && !add)
    return combine(time->since_epoch, other->since_epoch) ? Outcome(overflow())
                                                          : Outcome(Value(Duration(count)));
  return std::nullopt;
}

Outcome arithmetic(Op op, const Value& left, const Value& right) {
  const auto* const a = left.as<std::int64_t>();
  const auto* const b = right.as<std::int64_t>();
  if (a != nullptr && b != nullptr) return integers(op, *a, *b);
  const auto* const c = left.as<std::uint64_t>();
  const auto* const d = right.as<std::uint64_t>();
  if (c != nullptr && d != nullptr) return integers(op, *c, *d);
  const auto real = as_real(left);
  const auto other = as_real(right);
  if (real && other && op != Op::Modulo) return reals(op, *real, *other);
  if (op == Op::Add && left.as<Text>() != nullptr && right.as<Text>() != nullptr)
    return Value::of_text(std::string(left.text()) + std::string(right.text()));
  if (op == Op::Add && left.is_list() && right.is_list()) return concatenate(left, right);
  if (const auto out = on_times(op, left, right)) return *out;
  const Value operands[] = {left, right};
  return no_overload(sign_of(op), operands);
}

Outcome contained(const Value& value, const Value& container) {
  if (container.is_map()) return Value(find(container, value).found);
  if (!container.is_list()) {
    const Value operands[] = {value, container};
    return no_overload("in", operands);
  }
  for (std::size_t i = 0; i < container.size(); ++i)
    if (equal(container.item(i), value)) return Value(true);
  return Value(false);
}

Outcome ordered(Op op, const Value& left, const Value& right) {
  constexpr int kIncomparable = 2;
  const int order = compare(left, right);
  if (order == kIncomparable) {
    // A NaN is not in order with any number.
    if (as_real(left) && as_real(right)) return Value(false);
    const Value operands[] = {left, right};
    return no_overload(sign_of(op), operands);
  }
  switch (op) {
    case Op::Less: return Value(order < 0);
    case Op::LessEqual: return Value(order <= 0);
    case Op::Greater: return Value(order > 0);
    default: return Value(order >= 0);
  }
}

}  // namespace

Outcome apply_operator(Op op, const Value& left, const Value& right) {
  switch (op) {
    case Op::Equal: return Value(equal(left, right));
    case Op::NotEqual: return Value(!equal(left, right));
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual: return ordered(op, left, right);
    case Op::In: return contained(left, right);
    default: return arithmetic(op, left, right);
  }
}

Outcome negate(const Value& operand) {
  if (const auto* const integer = operand.as<std::int64_t>()) {
    if (*integer == std::numeric_limits<std::int64_t>::min()) return overflow();
    return Value(-*integer);
  }
  if (const auto* const real = operand.as<double>()) return Value(-*real);
  return no_overload("-", {&operand, 1});
}

}  // namespace egressctl::cel
