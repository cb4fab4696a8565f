// Scalars of messages in JSON, as istiod takes them: less strictly than protobuf's JSON form where
// durations are concerned, more strictly for numbers and bytes in strings.
//
// Source: istio/istio pkg/util/protomarshal/protomarshal.go, pkg/config/xds/xds.go; decode.go of
// github.com/golang/protobuf/jsonpb 1.5, which they use.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <re2/re2.h>

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

using Nanoseconds = std::chrono::nanoseconds;

constexpr std::string_view kExpectBytes = "bytes in base64";

// JSON's grammar of numbers: "-0.5e3"; no "+5", ".5" or "05".
bool is_json_number(std::string_view text) {
  static const re2::RE2 number(R"(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)");
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), number);
}

// A number, also one in a string. Of whole numbers those in strings are whole as written: "1e3" is
// none, while a 1e3 without quotes is 1000.
std::optional<double> to_number(const yaml::Node& node, bool whole) {
  if (const auto value = yaml::as_double(node)) return value;
  if (!resource::is_string(node) || !is_json_number(node.scalar)) return std::nullopt;
  if (whole && node.scalar.find_first_of(".eE") != std::string_view::npos) return std::nullopt;
  return parse_number<double>(node.scalar);
}

struct Range {
  double low;
  double high;
};

Range range_of(FieldType type) {
  constexpr double kTwo31 = 2147483648.0;
  constexpr double kTwo63 = 9223372036854775808.0;
  switch (type) {
    case FieldType::Enum:
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

void check_bool(const yaml::Node& node, const Field& field, Findings& findings) {
  const auto value = resource::to_bool(node);
  if (!value) {
    findings.wrong_type(node, resource::kExpectBool);
    return;
  }
  if (!field.words.empty() && field.words != (*value ? "true" : "false"))
    findings.report(kOutOfBounds, node.range, "\"{}\" can be {} alone", field.name, field.words);
}

void check_integer(const yaml::Node& node, const Field& field, Findings& findings) {
  const auto value = to_number(node, true);
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
  const auto value = to_number(node, false);
  if (value) return check_bounds(node, *value, field, "", findings);
  const bool special =
      resource::is_string(node) &&
      (node.scalar == "NaN" || node.scalar == "Infinity" || node.scalar == "-Infinity");
  if (!special) findings.wrong_type(node, resource::kExpectNumber);
}

void check_duration(const yaml::Node& node, const Field& field, Findings& findings) {
  const auto value =
      resource::is_string(node) ? parse_duration(node.scalar) : std::optional<Nanoseconds>();
  if (value)
    return check_bounds(node, static_cast<double>(value->count()) / 1e9, field, "s", findings);
  auto builder = findings.wrong_type(node, resource::kExpectDuration);
  if (!yaml::as_double(node)) return;
  const std::string text = fmt::format("{}s", node.scalar);
  builder.help(fmt::format("write \"{}\"", text));
  // Whether it was meant in seconds nobody knows.
  if (auto edit = yaml::replace_string(node, text))
    builder.fix({.title = fmt::format("write \"{}\"", text), .safe = false, .edits = {*edit}});
}

void check_enum(const yaml::Node& node, const Field& field, Findings& findings) {
  if (resource::to_integer(node)) return check_integer(node, field, findings);
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

// The usual alphabet, with padding; lines may break.
bool is_base64(std::string_view text) {
  static const re2::RE2 groups(R"((?:[A-Za-z0-9+/\r\n])*(?:[\r\n]*=){0,2}[\r\n]*)");
  const auto breaks =
      std::count_if(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; });
  return (text.size() - static_cast<std::size_t>(breaks)) % 4 == 0 &&
         re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), groups);
}

}  // namespace

void check_scalar(const yaml::Node& node, const Field& field, Findings& findings) {
  switch (field.type) {
    case FieldType::Bool: return check_bool(node, field, findings);
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
      if (!resource::is_string(node)) findings.wrong_type(node, resource::kExpectString);
      return;
    default: return check_text(node, field, findings);
  }
}

}  // namespace egressctl::envoy
