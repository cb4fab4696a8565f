#include "lib/resource/value_type.h"

#include <cmath>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/yaml/emit.h"
#include "lib/yaml/scalar.h"

namespace egressctl::resource {
namespace {

struct Mending {
  std::string help;
  std::string text;  // what should stand there instead; empty when that is not known
};

// Whether `text`, without quotes, would be the number or bool that is expected.
bool would_fit(std::string_view text, std::string_view expected) {
  yaml::Node plain;
  plain.kind = yaml::NodeKind::Scalar;
  plain.scalar = text;
  if (expected == kExpectBool) return yaml::as_bool(plain).has_value();
  if (expected == kExpectNumber) return yaml::as_double(plain).has_value();
  return expected == kExpectInteger && yaml::as_int(plain).has_value();
}

Mending mending(const yaml::Node& node, std::string_view expected) {
  const std::string_view written = plain_text(node);
  if (expected == kExpectString && !written.empty())
    return {fmt::format("quote it: \"{}\"", written), yaml::emit_string(written)};
  if (expected == kExpectList && node.is_scalar() && node.style != yaml::Style::Block)
    return {"put it into a list", fmt::format("[{}]", node.range.text())};
  if (!node.is_scalar() || !is_string(node) || !would_fit(node.scalar, expected)) return {};
  return {fmt::format("write it without quotes: {}", node.scalar), std::string(node.scalar)};
}

}  // namespace

std::string describe(const yaml::Node& node) {
  switch (node.kind) {
    case yaml::NodeKind::Null: return "null";
    case yaml::NodeKind::Sequence: return "a list";
    case yaml::NodeKind::Mapping: return "a mapping";
    case yaml::NodeKind::Scalar: break;
  }
  const bool written_plain = node.is_plain() && node.tag.empty();
  switch (written_plain ? yaml::plain_type_1_1(node.scalar) : yaml::ScalarType::String) {
    case yaml::ScalarType::Null: return "null";
    case yaml::ScalarType::Bool: return fmt::format("the bool {}", node.scalar);
    case yaml::ScalarType::Int:
    case yaml::ScalarType::Float: return fmt::format("the number {}", node.scalar);
    case yaml::ScalarType::String: break;
  }
  return fmt::format("the string \"{}\"", node.scalar);
}

bool is_string(const yaml::Node& node) {
  if (!node.is_scalar() || !yaml::as_string(node)) return false;
  return !node.is_plain() || !node.tag.empty() ||
         yaml::plain_type_1_1(node.scalar) == yaml::ScalarType::String;
}

std::optional<bool> to_bool(const yaml::Node& node) {
  if (const auto value = yaml::as_bool(node)) return value;
  const bool old_bool = node.is_scalar() && node.is_plain() && node.tag.empty() &&
                        yaml::plain_type_1_1(node.scalar) == yaml::ScalarType::Bool;
  if (!old_bool) return std::nullopt;
  const std::string word = to_lower(node.scalar);
  return word == "y" || word == "yes" || word == "on" || word == "true";
}

std::optional<std::int64_t> to_integer(const yaml::Node& node) {
  if (const auto value = yaml::as_int(node)) return value;
  const auto real = yaml::as_double(node);
  constexpr double kLargest = 9007199254740992.0;  // above, a double has no exact integers
  if (!real || std::trunc(*real) != *real || std::abs(*real) > kLargest) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

std::string_view plain_text(const yaml::Node& node) {
  if (node.is_scalar()) return node.scalar;
  if (!node.is_null() || !node.range.known()) return {};
  const std::string_view rest = node.range.source->text().substr(node.range.begin);
  return rest.starts_with('~') ? rest.substr(0, 1) : std::string_view();
}

Diagnostics::Builder report_wrong_type(Diagnostics& diagnostics, const yaml::Node& node,
                                       const std::string& path, std::string_view expected) {
  auto builder = diagnostics.report(kWrongType, node.range, "field \"{}\" must be {}, found {}",
                                    path, expected, describe(node));
  builder.field(path);
  Mending mended = mending(node, expected);
  if (mended.help.empty()) return builder;
  // Text in YAML in a string has the range of the whole string.
  const bool exact = node.range.text().find(plain_text(node)) != std::string_view::npos &&
                     node.range.text().size() <= plain_text(node).size() + 2;
  if (exact && !node.from_alias)
    builder.fix({.title = mended.help,
                 .safe = true,
                 .edits = {{.range = node.range, .text = std::move(mended.text)}}});
  builder.help(std::move(mended.help));
  return builder;
}

}  // namespace egressctl::resource
