#include "lib/spec/wrong_type.h"

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/spec/quoted.h"
#include "lib/spec/rules.h"
#include "lib/yaml/scalar.h"

namespace egressctl::spec {
namespace {

using yaml::Node;
using yaml::ScalarType;

bool is_list(FieldKind kind) {
  return kind == FieldKind::TextList || kind == FieldKind::IntegerList ||
         kind == FieldKind::MappingList;
}

FieldKind item_kind(FieldKind list) {
  switch (list) {
    case FieldKind::TextList: return FieldKind::Text;
    case FieldKind::IntegerList: return FieldKind::Integer;
    case FieldKind::MappingList: return FieldKind::Mapping;
    default: return list;
  }
}

std::string expected(const Field& field, FieldKind kind) {
  switch (kind) {
    case FieldKind::Mapping: return "a mapping";
    case FieldKind::MappingList: return "a list of mappings";
    case FieldKind::Text: return "text";
    case FieldKind::TextList: return "a list of texts";
    case FieldKind::Integer: return "a whole number";
    case FieldKind::IntegerList: return "a list of numbers";
    case FieldKind::Flag: return "true or false";
    case FieldKind::Choice: return one_of(field.words);
    case FieldKind::Labels: return "a mapping of label names to values";
    case FieldKind::Duration: return "seconds, or a duration such as \"60s\" or \"5m\"";
    case FieldKind::Time: return "a time such as \"5s\" or \"250ms\"";
    case FieldKind::Quantity: return "a quantity such as \"500m\" or \"1Gi\"";
    case FieldKind::Version: return "an Istio version such as \"1.30\"";
  }
  return "something else";
}

// "yes" and the like are bools to a YAML 1.1 reader, so people write them for one.
std::string help_with_flag(const Node& value) {
  if (!value.is_scalar()) return {};
  const std::string word = to_lower(value.scalar);
  if (word == "true" || word == "false") return fmt::format("write {} without quotes", word);
  if (word == "yes" || word == "on" || word == "1") return "write true";
  if (word == "no" || word == "off" || word == "0") return "write false";
  return {};
}

std::string help_with_list(const Field& field, const Node& value) {
  const std::string_view key = field.key;
  if (value.is_mapping()) return "start each item of the list with \"- \"";
  if (value.is_scalar() && field.kind != FieldKind::MappingList)
    return fmt::format("write {}: [{}]", key, value.range.text());
  return fmt::format("for example {}: {}", key, field.example);
}

std::string help_with(const Field& field, FieldKind kind, const Node& value) {
  if (value.is_null())
    return field.required ? fmt::format("for example {}: {}", field.key, field.example)
                          : fmt::format("give it a value, or remove \"{}\"", field.key);
  if (is_list(kind)) return help_with_list(field, value);
  switch (kind) {
    case FieldKind::Flag: return help_with_flag(value);
    case FieldKind::Text:
      if (value.is_scalar()) return fmt::format("write {}, in quotes", quoted(value.scalar));
      if (value.is_sequence() && value.items.size() == 1 && value.items[0].is_scalar())
        return fmt::format("write {}: {}", field.key, value.items[0].range.text());
      return {};
    case FieldKind::Integer:
      if (value.is_scalar() && !value.is_plain() &&
          value.scalar.find_first_not_of("0123456789") == std::string_view::npos)
        return fmt::format("write {} without quotes", value.scalar);
      return {};
    case FieldKind::Mapping:
    case FieldKind::Labels: return fmt::format("for example {}: {}", field.key, field.example);
    default: return {};
  }
}

}  // namespace

std::string describe(const Node& value) {
  switch (value.kind) {
    case yaml::NodeKind::Null: return "empty";
    case yaml::NodeKind::Sequence: return "a list";
    case yaml::NodeKind::Mapping: return "a mapping";
    case yaml::NodeKind::Scalar: break;
  }
  switch (yaml::scalar_type(value)) {
    case ScalarType::String: return quoted(value.scalar);
    case ScalarType::Null: return "empty";
    default: return std::string(value.scalar);
  }
}

void report_wrong_type(const Field& field, const Node& value, const std::string& path, bool is_item,
                       Diagnostics& diagnostics) {
  const FieldKind kind = is_item ? item_kind(field.kind) : field.kind;
  diagnostics
      .report(kWrongType, value.range, "{} is {}; expected {}", path, describe(value),
              expected(field, kind))
      .field(path)
      .help(help_with(field, kind, value));
}

}  // namespace egressctl::spec
