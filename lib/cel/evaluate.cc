#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/cel/operators.h"
#include "lib/cel/program.h"
#include "lib/cel/syntax.h"

namespace egressctl::cel {
namespace {

using Result = tl::expected<Value, Failure>;

tl::unexpected<Failure> failed(std::string message) {
  return tl::unexpected<Failure>(Failure{std::move(message), false});
}

Result lift(Outcome outcome) {
  if (!outcome) return failed(std::move(outcome.error()));
  return std::move(*outcome);
}

class Evaluation {
 public:
  Evaluation(const Syntax& syntax, const Value& self) : syntax_(syntax), slots_(syntax.slots) {
    slots_[kSelfSlot] = self;
  }

  [[nodiscard]] Result run(std::uint32_t id);

 private:
  [[nodiscard]] Result select(const Expr& expr);
  [[nodiscard]] Result has(const Expr& expr);
  [[nodiscard]] Result index(const Expr& expr);
  [[nodiscard]] Result call(const Expr& expr);
  [[nodiscard]] Result list(const Expr& expr);
  [[nodiscard]] Result map(const Expr& expr);
  [[nodiscard]] Result logic(const Expr& expr, bool decisive);
  [[nodiscard]] Result conditional(const Expr& expr);
  [[nodiscard]] Result binary(const Expr& expr);
  [[nodiscard]] Result quantifier(const Expr& expr);
  [[nodiscard]] Result exists_one(const Expr& expr);
  [[nodiscard]] Result transform(const Expr& expr);
  [[nodiscard]] Result bind(const Expr& expr);
  [[nodiscard]] Result opt_map(const Expr& expr);
  [[nodiscard]] Result range(const Expr& expr);
  [[nodiscard]] tl::expected<bool, Failure> truth(std::uint32_t id);

  // The item of a list or the key of a map that a macro's variable stands for.
  [[nodiscard]] static Value element(const Value& range, std::size_t i) {
    return range.is_list() ? range.item(i) : range.key(i);
  }

  const Syntax& syntax_;
  std::vector<Value> slots_;
  std::size_t steps_ = 0;
};

Result Evaluation::run(std::uint32_t id) {
  if (++steps_ > kMaxSteps)
    return tl::unexpected<Failure>(Failure{"the rule takes too long to evaluate", true});
  const Expr& expr = syntax_.expressions[id];
  switch (expr.op) {
    case Op::Constant: return expr.constant;
    case Op::Variable: return slots_[expr.slot];
    case Op::Select:
    case Op::OptSelect: return select(expr);
    case Op::Has: return has(expr);
    case Op::Index:
    case Op::OptIndex: return index(expr);
    case Op::Call: return call(expr);
    case Op::List: return list(expr);
    case Op::Map: return map(expr);
    case Op::Not: {
      auto operand = truth(expr.parts[0]);
      if (!operand) return tl::unexpected(std::move(operand.error()));
      return Value(!*operand);
    }
    case Op::Negate: {
      auto operand = run(expr.parts[0]);
      return operand ? lift(negate(*operand)) : operand;
    }
    case Op::And: return logic(expr, false);
    case Op::Or: return logic(expr, true);
    case Op::Conditional: return conditional(expr);
    case Op::All:
    case Op::Exists: return quantifier(expr);
    case Op::ExistsOne: return exists_one(expr);
    case Op::Filter:
    case Op::Transform:
    case Op::TransformFiltered: return transform(expr);
    case Op::Bind: return bind(expr);
    case Op::OptMap:
    case Op::OptFlatMap: return opt_map(expr);
    default: return binary(expr);
  }
}

tl::expected<bool, Failure> Evaluation::truth(std::uint32_t id) {
  auto value = run(id);
  if (!value) return tl::unexpected(std::move(value.error()));
  if (const bool* flag = value->as<bool>()) return *flag;
  return failed(fmt::format("a bool is needed, this is of type {}", type_name(*value)));
}

// A field by either of its spellings; a value that may be missing passes on what it has.
Lookup find_field(const Value& target, const Expr& expr) {
  Lookup found = find(target, Value::of_view(expr.name));
  if (!found.found && !expr.written.empty()) found = find(target, Value::of_view(expr.written));
  return found;
}

Value optional_of(Lookup found) {
  return Value(std::make_shared<const Optional>(Optional{found.found, std::move(found.value)}));
}

Result Evaluation::select(const Expr& expr) {
  auto target = run(expr.parts[0]);
  if (!target) return target;
  if (const auto* const optional = target->as<std::shared_ptr<const Optional>>()) {
    if (!(*optional)->present) return target;
    return optional_of(find_field((*optional)->value, expr));
  }
  if (!target->is_map())
    return failed(
        fmt::format("a value of type {} has no field \"{}\"", type_name(*target), expr.name));
  Lookup found = find_field(*target, expr);
  if (expr.op == Op::OptSelect) return optional_of(std::move(found));
  if (!found.found) return failed(fmt::format("no such key: {}", expr.name));
  return std::move(found.value);
}

Result Evaluation::has(const Expr& expr) {
  auto target = run(expr.parts[0]);
  if (!target) return target;
  if (const auto* const optional = target->as<std::shared_ptr<const Optional>>())
    return Value((*optional)->present && find_field((*optional)->value, expr).found);
  if (!target->is_map())
    return failed(
        fmt::format("a value of type {} has no field \"{}\"", type_name(*target), expr.name));
  return Value(find_field(*target, expr).found);
}

Result Evaluation::index(const Expr& expr) {
  auto target = run(expr.parts[0]);
  if (!target) return target;
  auto key = run(expr.parts[1]);
  if (!key) return key;
  const bool may_miss = expr.op == Op::OptIndex;
  Value base = *target;
  if (const auto* const optional = target->as<std::shared_ptr<const Optional>>()) {
    if (!(*optional)->present) return target;
    base = (*optional)->value;
  }
  const bool wrap = may_miss || target->as<std::shared_ptr<const Optional>>() != nullptr;
  Lookup found;
  if (base.is_map()) {
    found = find(base, *key);
    if (!found.found && !wrap)
      return failed(key->as<Text>() != nullptr ? fmt::format("no such key: {}", key->text())
                                               : std::string("no such key"));
  } else if (base.is_list() && key->as<std::int64_t>() != nullptr) {
    const std::int64_t at = *key->as<std::int64_t>();
    const bool inside = at >= 0 && static_cast<std::size_t>(at) < base.size();
    if (!inside && !wrap) return failed(fmt::format("index out of bounds: {}", at));
    if (inside) found = {true, base.item(static_cast<std::size_t>(at))};
  } else {
    const Value operands[] = {base, *key};
    return lift(no_overload("[]", operands));
  }
  if (wrap) return optional_of(std::move(found));
  return std::move(found.value);
}

Result Evaluation::call(const Expr& expr) {
  std::vector<Value> arguments;
  arguments.reserve(expr.parts.size());
  for (const std::uint32_t part : expr.parts) {
    auto value = run(part);
    if (!value) return value;
    arguments.push_back(std::move(*value));
  }
  Result out = lift(expr.function->apply({arguments, expr.regex.get(), steps_}));
  if (steps_ > kMaxSteps)
    return tl::unexpected<Failure>(Failure{"the rule takes too long to evaluate", true});
  return out;
}

Result Evaluation::list(const Expr& expr) {
  Items items;
  items.reserve(expr.parts.size());
  for (const std::uint32_t part : expr.parts) {
    auto value = run(part);
    if (!value) return value;
    items.push_back(std::move(*value));
  }
  return Value::of_items(std::move(items));
}

Result Evaluation::map(const Expr& expr) {
  Pairs pairs;
  for (std::size_t i = 0; i + 1 < expr.parts.size(); i += 2) {
    auto key = run(expr.parts[i]);
    if (!key) return key;
    auto value = run(expr.parts[i + 1]);
    if (!value) return value;
    pairs.emplace_back(std::move(*key), std::move(*value));
  }
  return Value(std::make_shared<const Pairs>(std::move(pairs)));
}

// An error on one side does not matter when the other side decides.
Result Evaluation::logic(const Expr& expr, bool decisive) {
  auto left = truth(expr.parts[0]);
  if (left && *left == decisive) return Value(decisive);
  if (!left && left.error().too_expensive) return tl::unexpected(std::move(left.error()));
  auto right = truth(expr.parts[1]);
  if (right && *right == decisive) return Value(decisive);
  if (!left) return tl::unexpected(std::move(left.error()));
  if (!right) return tl::unexpected(std::move(right.error()));
  return Value(!decisive);
}

Result Evaluation::conditional(const Expr& expr) {
  auto condition = truth(expr.parts[0]);
  if (!condition) return tl::unexpected(std::move(condition.error()));
  return run(expr.parts[*condition ? 1 : 2]);
}

Result Evaluation::binary(const Expr& expr) {
  auto left = run(expr.parts[0]);
  if (!left) return left;
  auto right = run(expr.parts[1]);
  if (!right) return right;
  if (expr.op == Op::In || expr.op == Op::Add) steps_ += right->size() + right->text().size() / 16;
  return lift(apply_operator(expr.op, *left, *right));
}

Result Evaluation::range(const Expr& expr) {
  auto value = run(expr.parts[0]);
  if (value && !value->is_list() && !value->is_map())
    return failed(fmt::format("a list or a map is needed, this is of type {}", type_name(*value)));
  return value;
}

Result Evaluation::quantifier(const Expr& expr) {
  const bool decisive = expr.op == Op::Exists;
  auto values = range(expr);
  if (!values) return values;
  std::optional<Failure> failure;
  for (std::size_t i = 0; i < values->size(); ++i) {
    slots_[expr.slot] = element(*values, i);
    auto holds = truth(expr.parts[1]);
    if (holds && *holds == decisive) return Value(decisive);
    if (holds) continue;
    if (holds.error().too_expensive) return tl::unexpected(std::move(holds.error()));
    if (!failure) failure = std::move(holds.error());
  }
  if (failure) return tl::unexpected(std::move(*failure));
  return Value(!decisive);
}

Result Evaluation::exists_one(const Expr& expr) {
  auto values = range(expr);
  if (!values) return values;
  std::size_t count = 0;
  for (std::size_t i = 0; i < values->size(); ++i) {
    slots_[expr.slot] = element(*values, i);
    auto holds = truth(expr.parts[1]);
    if (!holds) return tl::unexpected(std::move(holds.error()));
    if (*holds) ++count;
  }
  return Value(count == 1);
}

Result Evaluation::transform(const Expr& expr) {
  auto values = range(expr);
  if (!values) return values;
  Items items;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const Value value = element(*values, i);
    slots_[expr.slot] = value;
    if (expr.op != Op::Transform) {
      auto wanted = truth(expr.parts[1]);
      if (!wanted) return tl::unexpected(std::move(wanted.error()));
      if (!*wanted) continue;
    }
    if (expr.op == Op::Filter) {
      items.push_back(value);
      continue;
    }
    auto result = run(expr.parts.back());
    if (!result) return result;
    items.push_back(std::move(*result));
  }
  return Value::of_items(std::move(items));
}

Result Evaluation::bind(const Expr& expr) {
  auto value = run(expr.parts[0]);
  if (!value) return value;
  slots_[expr.slot] = std::move(*value);
  return run(expr.parts[1]);
}

Result Evaluation::opt_map(const Expr& expr) {
  auto target = run(expr.parts[0]);
  if (!target) return target;
  const auto* const optional = target->as<std::shared_ptr<const Optional>>();
  if (optional == nullptr) return failed("an optional value is needed");
  if (!(*optional)->present) return target;
  slots_[expr.slot] = (*optional)->value;
  auto result = run(expr.parts[1]);
  if (!result || expr.op == Op::OptFlatMap) return result;
  return optional_of({true, std::move(*result)});
}

}  // namespace

tl::expected<Value, Failure> Program::evaluate(const Value& self) const {
  return Evaluation(*syntax_, self).run(syntax_->root);
}

bool Program::is_transition_rule() const {
  return syntax_->mentions_old_self;
}

egressctl::Result<Program> Program::compile(std::string_view source) {
  auto syntax = parse(source);
  if (!syntax) return tl::unexpected(std::move(syntax.error()));
  return Program(std::move(*syntax));
}

}  // namespace egressctl::cel
