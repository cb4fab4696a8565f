#include "lib/envoy/same_message.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/envoy/visit.h"
#include "lib/resource/value_type.h"
#include "lib/yaml/compare.h"
#include "lib/yaml/scalar.h"

namespace egressctl::envoy {
namespace {

// A text that is the same for the same value of the field.
std::string canonical(const yaml::Node& node, const Field& field) {
  switch (field.type) {
    case FieldType::Bool: {
      const auto flag = resource::to_bool(node);
      return flag ? (*flag ? "true" : "false") : std::string(node.scalar);
    }
    case FieldType::Enum:
      for (const EnumValue& value : field.words_of->values)
        if (value.name == node.scalar) return std::to_string(value.number);
      return std::string(node.scalar);
    case FieldType::String:
    case FieldType::Bytes: return std::string(node.scalar);
    default: break;
  }
  const std::string_view digits =
      node.scalar.ends_with('s') ? node.scalar.substr(0, node.scalar.size() - 1) : node.scalar;
  const auto number = parse_number<double>(digits);
  return number ? fmt::format("{}", *number) : std::string(node.scalar);
}

bool same_message(const yaml::Node& a, const yaml::Node& b, const MessageType& type) {
  return std::all_of(type.fields.begin(), type.fields.end(), [&](const Field& field) {
    return same_field(find_value(a, field.name), find_value(b, field.name), field);
  });
}

bool same_value(const yaml::Node& a, const yaml::Node& b, const Field& field) {
  if (field.type == FieldType::Any) {
    const MessageType* type = find_message(type_in_any(a));
    const bool plain =
        type != nullptr && type_in_any(a) == type_in_any(b) && find_value(a, "type_url") == nullptr;
    return plain ? same_message(a, b, *type) : yaml::same_tree(a, b);
  }
  if (field.type == FieldType::Message && a.is_mapping() && b.is_mapping())
    return same_message(a, b, *field.message);
  if (a.is_scalar() && b.is_scalar()) return canonical(a, field) == canonical(b, field);
  return yaml::same_tree(a, b);
}

// Whether the value is the one that a field has when it is not written; messages, wrappers and
// members of oneofs tell both apart.
bool is_default(const yaml::Node& node, const Field& field) {
  if (field.shape != Shape::Single) return node.items.empty() && node.entries.empty();
  if (field.wrapped || field.oneof != 0 || !node.is_scalar()) return false;
  switch (field.type) {
    case FieldType::Duration:
    case FieldType::Timestamp: return false;
    case FieldType::String:
    case FieldType::Bytes: return node.scalar.empty();
    case FieldType::Bool: return canonical(node, field) == "false";
    default: return canonical(node, field) == "0";
  }
}

}  // namespace

bool same_field(const yaml::Node* a, const yaml::Node* b, const Field& field) {
  if (a == nullptr && b == nullptr) return true;
  if (a == nullptr || b == nullptr) return is_default(a == nullptr ? *b : *a, field);
  if (field.shape == Shape::Single) return same_value(*a, *b, field);
  if (field.shape == Shape::Map) return yaml::same_tree(*a, *b);
  return a->items.size() == b->items.size() &&
         std::equal(a->items.begin(), a->items.end(), b->items.begin(),
                    [&](const auto& x, const auto& y) { return same_value(x, y, field); });
}

}  // namespace egressctl::envoy
