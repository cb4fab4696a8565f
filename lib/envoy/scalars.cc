// Scalars of proto3's JSON form.
//
// Source: protobuf.dev/programming-guides/json; google.golang.org/protobuf's protojson, which
// istiod reads patches with.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "lib/base/duration.h"
#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/envoy/message_walk.h"
#include "lib/envoy/rules.h"
#include "lib/resource/value_type.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/scalar.h"

namespace egressctl::envoy {
namespace {

constexpr std::string_view kExpectSeconds = "a duration in seconds such as \"5s\" or \"0.5s\"";
constexpr std::string_view kExpectBytes = "bytes in base64";

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A number, also one in a string: "5", "1e3".
std::optional<double> to_number(const yaml::Node& node) {
  if (const auto value = yaml::as_double(node)) return value;
  if (!resource::is_string(node) || node.scalar.empty()) return std::nullopt;
  return parse_number<double>(node.scalar);
}

// "5s", "1.5s", "-0.25s": at most nine digits behind the point.
std::optional<double> to_seconds(const yaml::Node& node) {
  if (!resource::is_string(node) || !node.scalar.ends_with('s')) return std::nullopt;
  const std::string_view number = node.scalar.substr(0, node.scalar.size() - 1);
  const std::string_view digits = number.substr(number.starts_with('-') ? 1 : 0);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::string_view fraction = digits.substr(std::min(point + 1, digits.size()));
  const auto all_digits = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_digit);
  };
  if (digits.empty() || !all_digits(digits.substr(0, point)) || !all_digits(fraction) ||
      fraction.size() > 9)
    return std::nullopt;
  double value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return value;
}

struct Range {
  double low;
  double high;
};

Range range_of(FieldType type) {
  constexpr double kTwo31 = 2147483648.0;
  constexpr double kTwo63 = 9223372036854775808.0;
  switch (type) {
    case FieldType::Int32: return {-kTwo31, kTwo31 - 1};
    case FieldType::Uint32: return {0, 2 * kTwo31 - 1};
    case FieldType::Int64: return {-kTwo63, kTwo63};
    default: return {0, 2 * kTwo63};
  }
}

std::string bounds_text(const Field& field, std::string_view unit) {
  const auto side = [&](double bound, std::string_view word) {
    return fmt::format("{} {}{}", word, bound, unit);
  };
  std::string out;
  if (!std::isnan(field.minimum))
    out = side(field.minimum, field.above_minimum ? "more than" : "at least");
  if (!std::isnan(field.maximum))
    out += (out.empty() ? "" : " and ") +
           side(field.maximum, field.below_maximum ? "less than" : "at most");
  return out;
}

void check_bounds(const yaml::Node& node, double value, const Field& field, std::string_view unit,
                  Findings& findings) {
  if (field.shape == Shape::List || (field.or_zero && value == 0)) return;
  const bool low = value < field.minimum || (field.above_minimum && value == field.minimum);
  const bool high = value > field.maximum || (field.below_maximum && value == field.maximum);
  if (!low && !high) return;
  findings.report(kOutOfBounds, node.range, "\"{}\" must be {}, found {}", field.name,
                  bounds_text(field, unit), node.scalar);
}

void check_integer(const yaml::Node& node, const Field& field, Findings& findings) {
  const auto value = to_number(node);
  if (!value) {
    findings.wrong_type(node, resource::kExpectInteger);
    return;
  }
  const Range range = range_of(field.type);
  if (std::trunc(*value) != *value || *value < range.low || *value > range.high) {
    findings
        .report(kOutOfBounds, node.range, "\"{}\" must be an integer from {} to {}, found {}",
                field.name, range.low, range.high, node.scalar)
        .alias(std::string(kIstioError));
    return;
  }
  check_bounds(node, *value, field, "", findings);
}

void check_real(const yaml::Node& node, const Field& field, Findings& findings) {
  const auto value = to_number(node);
  if (value) return check_bounds(node, *value, field, "", findings);
  const bool special =
      resource::is_string(node) &&
      (node.scalar == "NaN" || node.scalar == "Infinity" || node.scalar == "-Infinity");
  if (!special) findings.wrong_type(node, resource::kExpectNumber);
}

void check_duration(const yaml::Node& node, const Field& field, Findings& findings) {
  if (const auto seconds = to_seconds(node))
    return check_bounds(node, *seconds, field, "s", findings);
  auto builder = findings.wrong_type(node, kExpectSeconds);
  if (!node.is_scalar()) return;
  // Kubernetes' form, or a bare number.
  const auto meant = parse_duration(node.scalar);
  std::string text;
  if (meant)
    text = fmt::format("{}s", static_cast<double>(meant->count()) / 1e9);
  else if (yaml::as_double(node))
    text = fmt::format("{}s", node.scalar);
  else
    return;
  builder.help(fmt::format("write \"{}\"", text));
  // Whether a bare number was meant in seconds nobody knows.
  if (auto edit = yaml::replace_string(node, text))
    builder.fix(
        {.title = fmt::format("write \"{}\"", text), .safe = meant.has_value(), .edits = {*edit}});
}

void check_enum(const yaml::Node& node, const Field& field, Findings& findings) {
  if (resource::to_integer(node)) return;
  if (!resource::is_string(node)) {
    findings.wrong_type(node, resource::kExpectString);
    return;
  }
  const auto values = field.words_of->values;
  if (std::any_of(values.begin(), values.end(),
                  [&](const EnumValue& value) { return value.name == node.scalar; }))
    return;
  std::vector<std::string_view> words;
  for (const EnumValue& value : values)
    if (!value.name.starts_with("DEPRECATED")) words.push_back(value.name);
  auto builder = findings.report(kUnknownEnumValue, node.range, "\"{}\" must be {}{}, found \"{}\"",
                                 field.name, words.size() > 1 ? "one of " : "", alternatives(words),
                                 node.scalar);
  builder.alias(std::string(kIstioError));
  const auto near = nearest(node.scalar, words);
  if (!near) return;
  builder.help(fmt::format("did you mean \"{}\"?", *near));
  if (auto edit = yaml::replace_string(node, *near))
    builder.fix({.title = fmt::format("write {}", *near), .safe = true, .edits = {*edit}});
}

void check_text(const yaml::Node& node, const Field& field, Findings& findings) {
  if (!resource::is_string(node)) {
    findings.wrong_type(node, resource::kExpectString);
    return;
  }
  if (!field.prefix.empty() && !node.scalar.starts_with(field.prefix))
    findings.report(kOutOfBounds, node.range, "\"{}\" must start with \"{}\", found \"{}\"",
                    field.name, field.prefix, node.scalar);
  if (field.words.empty()) return;
  const auto words = split(field.words, '|');
  if (std::find(words.begin(), words.end(), node.scalar) == words.end())
    findings.report(kOutOfBounds, node.range, "\"{}\" must be one of {}, found \"{}\"", field.name,
                    alternatives(words), node.scalar);
}

// Either alphabet, with or without padding.
bool is_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return text.size() % 4 != 1 && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
                  c == '/' || c == '-' || c == '_';
         });
}

}  // namespace

void check_scalar(const yaml::Node& node, const Field& field, Findings& findings) {
  switch (field.type) {
    case FieldType::Bool:
      if (!resource::to_bool(node)) findings.wrong_type(node, resource::kExpectBool);
      return;
    case FieldType::Int32:
    case FieldType::Uint32:
    case FieldType::Int64:
    case FieldType::Uint64: return check_integer(node, field, findings);
    case FieldType::Float:
    case FieldType::Double: return check_real(node, field, findings);
    case FieldType::Duration: return check_duration(node, field, findings);
    case FieldType::Enum: return check_enum(node, field, findings);
    case FieldType::Bytes:
      if (!resource::is_string(node) || !is_base64(node.scalar))
        findings.wrong_type(node, kExpectBytes);
      return;
    case FieldType::Timestamp:
    case FieldType::FieldMask:
      if (!resource::is_string(node)) findings.wrong_type(node, resource::kExpectString);
      return;
    default: return check_text(node, field, findings);
  }
}

}  // namespace egressctl::envoy
