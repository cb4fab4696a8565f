// quantity() and what can be done with quantities.
//
// Source: k8s.io/apimachinery pkg/api/resource (the syntax of quantities); k8s.io/apiserver
// pkg/cel/library/quantity.go.
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/cel/functions.h"

namespace egressctl::cel {
namespace {

struct Suffix {
  std::string_view name;
  long double factor;
};

// In nanos, of which a long double holds even the largest exactly.
constexpr long double kOne = 1e9L;
constexpr Suffix kSuffixes[] = {{"", kOne},
                                {"n", 1.0L},
                                {"u", 1e3L},
                                {"m", 1e6L},
                                {"k", 1e12L},
                                {"M", 1e15L},
                                {"G", 1e18L},
                                {"T", 1e21L},
                                {"P", 1e24L},
                                {"E", 1e27L},
                                {"Ki", kOne * 1024.0L},
                                {"Mi", kOne * 1048576.0L},
                                {"Gi", kOne * 1073741824.0L},
                                {"Ti", kOne * 1099511627776.0L},
                                {"Pi", kOne * 1125899906842624.0L},
                                {"Ei", kOne * 1152921504606846976.0L}};

std::optional<long double> factor_of(std::string_view suffix) {
  for (const Suffix& known : kSuffixes)
    if (known.name == suffix) return known.factor;
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return std::nullopt;
  const std::string_view digits = suffix.substr(suffix[1] == '+' ? 2 : 1);
  const auto exponent = parse_number<int>(digits);
  constexpr int kLargest = 100;
  if (!exponent || *exponent > kLargest || *exponent < -kLargest) return std::nullopt;
  return kOne * std::pow(10.0L, static_cast<long double>(*exponent));
}

std::optional<Quantity> parse_quantity(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  long double amount = 0;
  long double unit = 1;
  bool fraction = false;
  std::size_t digits = 0;
  while (!text.empty() && (text[0] == '.' || (text[0] >= '0' && text[0] <= '9'))) {
    if (text[0] == '.') {
      if (std::exchange(fraction, true)) return std::nullopt;
    } else {
      amount = amount * 10 + (text[0] - '0');
      if (fraction) unit *= 10;
      ++digits;
    }
    text.remove_prefix(1);
  }
  const auto factor = factor_of(text);
  if (digits == 0 || !factor) return std::nullopt;
  // Below a nano, quantities are rounded up.
  const long double nanos = std::ceil(amount * *factor / unit);
  return Quantity{negative ? -nanos : nanos};
}

Outcome is_quantity(const Call& call) {
  if (call.arguments[0].as<Text>() == nullptr) return no_overload("isQuantity", call.arguments);
  return Value(parse_quantity(call.arguments[0].text()).has_value());
}

Outcome to_quantity(const Call& call) {
  if (call.arguments[0].as<Text>() == nullptr) return no_overload("quantity", call.arguments);
  const auto out = parse_quantity(call.arguments[0].text());
  if (!out)
    return tl::unexpected<std::string>(
        fmt::format("\"{}\" is no quantity", call.arguments[0].text()));
  return Value(*out);
}

bool fits_int(long double nanos) {
  constexpr long double kRange = 9223372036854775808.0L;  // 2^63
  const long double amount = nanos / kOne;
  return amount == std::trunc(amount) && amount >= -kRange && amount < kRange;
}

Outcome is_integer(const Call& call) {
  const auto* const quantity = call.arguments[0].as<Quantity>();
  if (quantity == nullptr) return no_overload("isInteger", call.arguments);
  return Value(fits_int(quantity->nanos));
}

Outcome as_integer(const Call& call) {
  const auto* const quantity = call.arguments[0].as<Quantity>();
  if (quantity == nullptr) return no_overload("asInteger", call.arguments);
  if (!fits_int(quantity->nanos)) return tl::unexpected<std::string>("the quantity is no integer");
  return Value(static_cast<std::int64_t>(quantity->nanos / kOne));
}

Outcome as_float(const Call& call) {
  const auto* const quantity = call.arguments[0].as<Quantity>();
  if (quantity == nullptr) return no_overload("asApproximateFloat", call.arguments);
  return Value(static_cast<double>(quantity->nanos / kOne));
}

Outcome sign(const Call& call) {
  const auto* const quantity = call.arguments[0].as<Quantity>();
  if (quantity == nullptr) return no_overload("sign", call.arguments);
  return Value(std::int64_t{quantity->nanos < 0 ? -1 : quantity->nanos > 0 ? 1 : 0});
}

Outcome sum_with(const Call& call, long double factor) {
  const auto* const quantity = call.arguments[0].as<Quantity>();
  if (quantity == nullptr) return no_overload(factor > 0 ? "add" : "sub", call.arguments);
  if (const auto* const other = call.arguments[1].as<Quantity>())
    return Value(Quantity{quantity->nanos + factor * other->nanos});
  if (const auto* const other = call.arguments[1].as<std::int64_t>())
    return Value(Quantity{quantity->nanos + factor * kOne * static_cast<long double>(*other)});
  return no_overload(factor > 0 ? "add" : "sub", call.arguments);
}

Outcome add(const Call& call) {
  return sum_with(call, 1);
}

Outcome subtract(const Call& call) {
  return sum_with(call, -1);
}

Outcome ordered(const Call& call, std::string_view name, bool (*holds)(int)) {
  const auto* const quantity = call.arguments[0].as<Quantity>();
  const auto* const other = call.arguments[1].as<Quantity>();
  if (quantity == nullptr || other == nullptr) return no_overload(name, call.arguments);
  return Value(holds(compare(call.arguments[0], call.arguments[1])));
}

Outcome is_less(const Call& call) {
  return ordered(call, "isLessThan", [](int order) { return order < 0; });
}

Outcome is_greater(const Call& call) {
  return ordered(call, "isGreaterThan", [](int order) { return order > 0; });
}

Outcome compare_to(const Call& call) {
  if (call.arguments[0].as<Quantity>() == nullptr || call.arguments[1].as<Quantity>() == nullptr)
    return no_overload("compareTo", call.arguments);
  return Value(static_cast<std::int64_t>(compare(call.arguments[0], call.arguments[1])));
}

constexpr Function kFunctions[] = {
    {"isQuantity", false, 1, 1, is_quantity},
    {"quantity", false, 1, 1, to_quantity},
    {"isInteger", true, 1, 1, is_integer},
    {"asInteger", true, 1, 1, as_integer},
    {"asApproximateFloat", true, 1, 1, as_float},
    {"sign", true, 1, 1, sign},
    {"add", true, 2, 2, add},
    {"sub", true, 2, 2, subtract},
    {"isLessThan", true, 2, 2, is_less},
    {"isGreaterThan", true, 2, 2, is_greater},
    {"compareTo", true, 2, 2, compare_to},
};

}  // namespace

std::span<const Function> quantity_functions() {
  return kFunctions;
}

}  // namespace egressctl::cel
