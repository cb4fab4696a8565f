// int(), string(), type() and their like; size(), which takes many types; optional values.
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/base/duration.h"
#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/cel/functions.h"
#include "lib/cel/times.h"

namespace egressctl::cel {
namespace {

constexpr double kInt64Range = 9223372036854775808.0;    // 2^63
constexpr double kUint64Range = 18446744073709551616.0;  // 2^64

tl::unexpected<std::string> no_conversion(const Value& value, std::string_view type) {
  if (value.as<Text>() != nullptr)
    return tl::unexpected<std::string>(
        fmt::format("\"{}\" can't be converted to {}", value.text(), type));
  return tl::unexpected<std::string>(
      fmt::format("a value of type {} can't be converted to {}", type_name(value), type));
}

template <typename T>
std::optional<T> whole(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_number<T>(text);
}

Outcome to_int(const Call& call) {
  const Value& from = call.arguments[0];
  if (from.as<std::int64_t>() != nullptr) return from;
  if (const auto* const u = from.as<std::uint64_t>())
    if (*u <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return Value(static_cast<std::int64_t>(*u));
  if (const auto* const d = from.as<double>())
    if (*d > -kInt64Range && *d < kInt64Range) return Value(static_cast<std::int64_t>(*d));
  if (const auto* const time = from.as<Timestamp>())
    return Value(std::chrono::floor<std::chrono::seconds>(time->since_epoch).count());
  if (const auto* const duration = from.as<Duration>())
    return Value(static_cast<std::int64_t>(duration->count()));
  if (from.as<Text>() != nullptr)
    if (const auto value = whole<std::int64_t>(from.text())) return Value(*value);
  return no_conversion(from, "int");
}

Outcome to_uint(const Call& call) {
  const Value& from = call.arguments[0];
  if (from.as<std::uint64_t>() != nullptr) return from;
  if (const auto* const i = from.as<std::int64_t>())
    if (*i >= 0) return Value(static_cast<std::uint64_t>(*i));
  if (const auto* const d = from.as<double>())
    if (*d >= 0 && *d < kUint64Range) return Value(static_cast<std::uint64_t>(*d));
  if (from.as<Text>() != nullptr)
    if (const auto value = whole<std::uint64_t>(from.text())) return Value(*value);
  return no_conversion(from, "uint");
}

Outcome to_double(const Call& call) {
  const Value& from = call.arguments[0];
  if (from.as<double>() != nullptr) return from;
  if (const auto* const i = from.as<std::int64_t>()) return Value(static_cast<double>(*i));
  if (const auto* const u = from.as<std::uint64_t>()) return Value(static_cast<double>(*u));
  if (from.as<Text>() != nullptr)
    if (const auto value = whole<double>(from.text())) return Value(*value);
  return no_conversion(from, "double");
}

Outcome to_bool(const Call& call) {
  const Value& from = call.arguments[0];
  if (from.as<bool>() != nullptr) return from;
  const std::string_view text = from.text();
  for (const std::string_view yes : {"1", "t", "true", "T", "TRUE", "True"})
    if (text == yes) return Value(true);
  for (const std::string_view no : {"0", "f", "false", "F", "FALSE", "False"})
    if (text == no) return Value(false);
  return no_conversion(from, "bool");
}

Outcome to_string(const Call& call) {
  const Value& from = call.arguments[0];
  if (from.as<Text>() != nullptr) return from;
  if (const auto* const flag = from.as<bool>()) return Value::of_view(*flag ? "true" : "false");
  if (const auto* const i = from.as<std::int64_t>()) return Value::of_text(fmt::format("{}", *i));
  if (const auto* const u = from.as<std::uint64_t>()) return Value::of_text(fmt::format("{}", *u));
  if (const auto* const d = from.as<double>()) return Value::of_text(fmt::format("{}", *d));
  if (const auto* const duration = from.as<Duration>())
    return Value::of_text(duration_text(*duration));
  if (const auto* const time = from.as<Timestamp>()) return Value::of_text(timestamp_text(*time));
  if (const auto* const bytes = from.as<Bytes>())
    if (!first_invalid_utf8(bytes->text.view)) return Value(bytes->text);
  if (const auto* const network = from.as<std::shared_ptr<const Network>>())
    return Value::of_text((*network)->text);
  return no_conversion(from, "string");
}

Outcome to_bytes(const Call& call) {
  const Value& from = call.arguments[0];
  if (from.as<Bytes>() != nullptr) return from;
  if (const auto* const text = from.as<Text>()) return Value(Bytes{*text});
  return no_conversion(from, "bytes");
}

Outcome to_duration(const Call& call) {
  const Value& from = call.arguments[0];
  if (from.as<Duration>() != nullptr) return from;
  if (from.as<Text>() != nullptr)
    if (const auto value = parse_duration(from.text())) return Value(*value);
  return no_conversion(from, "duration");
}

Outcome to_timestamp(const Call& call) {
  const Value& from = call.arguments[0];
  if (from.as<Timestamp>() != nullptr) return from;
  if (from.as<Text>() != nullptr)
    if (const auto value = parse_timestamp(from.text())) return Value(*value);
  return no_conversion(from, "timestamp");
}

Outcome identity(const Call& call) {
  return call.arguments[0];
}

Outcome type_of(const Call& call) {
  return Value(TypeName{type_name(call.arguments[0])});
}

Outcome size(const Call& call) {
  const Value& of = call.arguments[0];
  if (of.is_list() || of.is_map()) return Value(static_cast<std::int64_t>(of.size()));
  if (of.as<Text>() != nullptr) {
    std::int64_t count = 0;
    for (const char c : of.text())
      count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    call.steps += of.text().size() / 16;
    return Value(count);
  }
  if (const auto* const bytes = of.as<Bytes>())
    return Value(static_cast<std::int64_t>(bytes->text.view.size()));
  return no_overload("size", call.arguments);
}

const Optional* optional_in(const Value& value) {
  const auto* const optional = value.as<std::shared_ptr<const Optional>>();
  return optional != nullptr ? optional->get() : nullptr;
}

Value optional_of(bool present, Value value) {
  return Value(std::make_shared<const Optional>(Optional{present, std::move(value)}));
}

Outcome optional_of(const Call& call) {
  return optional_of(true, call.arguments[0]);
}

Outcome optional_none(const Call& /*call*/) {
  return optional_of(false, {});
}

bool is_zero(const Value& value) {
  if (value.is_list() || value.is_map()) return value.size() == 0;
  return value.as<Null>() != nullptr || equal(value, Value(std::int64_t{0})) ||
         (value.as<Text>() != nullptr && value.text().empty()) || equal(value, Value(false));
}

Outcome optional_of_non_zero(const Call& call) {
  return optional_of(!is_zero(call.arguments[0]), call.arguments[0]);
}

Outcome has_value(const Call& call) {
  const Optional* optional = optional_in(call.arguments[0]);
  if (optional == nullptr) return no_overload("hasValue", call.arguments);
  return Value(optional->present);
}

Outcome value_of(const Call& call) {
  const Optional* optional = optional_in(call.arguments[0]);
  if (optional == nullptr) return no_overload("value", call.arguments);
  if (!optional->present) return tl::unexpected<std::string>("the optional value is missing");
  return optional->value;
}

Outcome or_value(const Call& call) {
  const Optional* optional = optional_in(call.arguments[0]);
  if (optional == nullptr) return no_overload("orValue", call.arguments);
  return optional->present ? optional->value : call.arguments[1];
}

Outcome or_optional(const Call& call) {
  const Optional* optional = optional_in(call.arguments[0]);
  if (optional == nullptr) return no_overload("or", call.arguments);
  return optional->present ? call.arguments[0] : call.arguments[1];
}

constexpr Function kFunctions[] = {
    {"int", false, 1, 1, to_int},
    {"uint", false, 1, 1, to_uint},
    {"double", false, 1, 1, to_double},
    {"bool", false, 1, 1, to_bool},
    {"string", false, 1, 1, to_string},
    {"bytes", false, 1, 1, to_bytes},
    {"duration", false, 1, 1, to_duration},
    {"timestamp", false, 1, 1, to_timestamp},
    {"dyn", false, 1, 1, identity},
    {"type", false, 1, 1, type_of},
    {"size", false, 1, 1, size},
    {"size", true, 1, 1, size},
    {"optional.of", false, 1, 1, optional_of},
    {"optional.ofNonZeroValue", false, 1, 1, optional_of_non_zero},
    {"optional.none", false, 0, 0, optional_none},
    {"hasValue", true, 1, 1, has_value},
    {"value", true, 1, 1, value_of},
    {"orValue", true, 2, 2, or_value},
    {"or", true, 2, 2, or_optional},
};

}  // namespace

std::span<const Function> conversion_functions() {
  return kFunctions;
}

}  // namespace egressctl::cel
