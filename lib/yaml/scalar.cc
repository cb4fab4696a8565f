#include "lib/yaml/scalar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include <re2/re2.h>

#include "lib/base/number.h"

namespace egressctl::yaml {
namespace {

template <std::size_t N>
bool is_any(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> kTrue = {"true", "True", "TRUE"};
constexpr std::array<std::string_view, 3> kFalse = {"false", "False", "FALSE"};
constexpr std::array<std::string_view, 22> kBool11 = {
    "true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES", "no", "No",
    "NO",   "on",   "On",   "ON",    "off",   "Off",   "OFF", "y",   "Y",   "n",  "N"};

bool matches(std::string_view text, const re2::RE2& pattern) {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

// YAML 1.2, 10.3.2.
const re2::RE2& int_1_2() {
  static const re2::RE2 kPattern("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
  return kPattern;
}

const re2::RE2& float_1_2() {
  static const re2::RE2 kPattern(
      "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|"
      "NAN)");
  return kPattern;
}

// https://yaml.org/type/{int,float,timestamp}.html, and what go-yaml takes beyond.
const re2::RE2& int_1_1() {
  static const re2::RE2 kPattern(
      "[-+]?(0b[0-1_]+|0o?[0-7_]+|[0-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)");
  return kPattern;
}

const re2::RE2& float_1_1() {
  static const re2::RE2 kPattern(
      "[-+]?([0-9][0-9_]*)?\\.[0-9_]*([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*([eE][-+]?[0-9]+)|"
      "[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\\.[0-9_]*|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
  return kPattern;
}

// Dates are no type of ours, but readers of YAML 1.1 do not take them for strings.
const re2::RE2& timestamp() {
  static const re2::RE2 kPattern(
      "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*)?");
  return kPattern;
}

bool is_quoted_string(const Node& node) {
  return !node.is_plain() || node.tag == "tag:yaml.org,2002:str";
}

// Whether it begins as numbers do, of whatever version.
bool looks_numeric(std::string_view text) {
  const char first = text.front();
  return (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
}

ScalarType plain_type_1_2(std::string_view text) {
  if (is_any(text, kNull)) return ScalarType::Null;
  if (is_any(text, kTrue) || is_any(text, kFalse)) return ScalarType::Bool;
  if (!looks_numeric(text)) return ScalarType::String;
  if (matches(text, int_1_2())) return ScalarType::Int;
  return matches(text, float_1_2()) ? ScalarType::Float : ScalarType::String;
}

}  // namespace

ScalarType scalar_type(const Node& node) {
  if (node.is_null()) return ScalarType::Null;
  if (!node.is_scalar() || is_quoted_string(node)) return ScalarType::String;
  return plain_type_1_2(node.scalar);
}

ScalarType plain_type_1_1(std::string_view text) {
  if (is_any(text, kNull)) return ScalarType::Null;
  if (is_any(text, kBool11)) return ScalarType::Bool;
  if (!looks_numeric(text)) return ScalarType::String;
  if (matches(text, int_1_1())) return ScalarType::Int;
  if (matches(text, float_1_1()) && text != ".") return ScalarType::Float;
  return ScalarType::String;
}

bool is_timestamp_1_1(std::string_view text) {
  return matches(text, timestamp());
}

std::optional<bool> as_bool(const Node& node) {
  if (!node.is_scalar() || scalar_type(node) != ScalarType::Bool) return std::nullopt;
  return is_any(node.scalar, kTrue);
}

std::optional<std::int64_t> as_int(const Node& node) {
  if (!node.is_scalar() || scalar_type(node) != ScalarType::Int) return std::nullopt;
  std::string_view digits = node.scalar;
  int base = 10;
  if (digits.starts_with("0x")) base = 16;
  if (digits.starts_with("0o")) base = 8;
  if (base != 10) digits.remove_prefix(2);
  // kubectl reads YAML 1.1: the mode 0644 is octal.
  const bool old_octal = base == 10 && digits.size() > 1 && digits.front() == '0' &&
                         digits.find_first_not_of("01234567") == std::string_view::npos;
  if (old_octal) base = 8;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  return parse_number<std::int64_t>(digits, base);
}

std::optional<double> as_double(const Node& node) {
  if (!node.is_scalar()) return std::nullopt;
  const ScalarType type = scalar_type(node);
  if (type == ScalarType::Int) {
    const auto whole = as_int(node);
    if (whole) return static_cast<double>(*whole);
  } else if (type != ScalarType::Float) {
    return std::nullopt;
  }
  std::string_view digits = node.scalar;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits == ".inf" || digits == ".Inf" || digits == ".INF")
    return negative ? -std::numeric_limits<double>::infinity()
                    : std::numeric_limits<double>::infinity();
  if (digits.size() == 4 && (digits[1] == 'n' || digits[1] == 'N')) return std::nan("");
  const auto value = parse_number<double>(digits);
  return value && negative ? -*value : value;
}

std::optional<std::string_view> as_string(const Node& node) {
  if (!node.is_scalar() || scalar_type(node) != ScalarType::String) return std::nullopt;
  return node.scalar;
}

}  // namespace egressctl::yaml
