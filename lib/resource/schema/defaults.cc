#include "lib/resource/schema/defaults.h"

#include <utility>

namespace egressctl::resource {
namespace {

yaml::Entry filled_in(const Property& property) {
  yaml::Entry entry;
  entry.key.kind = yaml::NodeKind::Scalar;
  entry.key.scalar = property.name;
  entry.value = *property.schema->default_value;
  entry.value.range = {};
  return entry;
}

}  // namespace

yaml::Node Defaulted::fill(const yaml::Node& node, const Schema& schema) {
  if (!schema.has_defaults) return node;
  if (node.is_mapping() && schema.type == Type::Object) return fill_object(node, schema);
  yaml::Node out = node;
  if (schema.items == nullptr) return out;
  if (node.is_sequence() && schema.type == Type::List) {
    std::vector<yaml::Node> items;
    items.reserve(node.items.size());
    for (const yaml::Node& item : node.items) items.push_back(fill(item, *schema.items));
    out.items = items_.emplace_back(std::move(items));
  } else if (node.is_mapping() && schema.type == Type::Map) {
    std::vector<yaml::Entry> entries(node.entries.begin(), node.entries.end());
    for (yaml::Entry& entry : entries) entry.value = fill(entry.value, *schema.items);
    out.entries = entries_.emplace_back(std::move(entries));
  }
  return out;
}

yaml::Node Defaulted::fill_object(const yaml::Node& node, const Schema& schema) {
  std::vector<yaml::Entry> entries;
  entries.reserve(node.entries.size());
  for (const yaml::Entry& entry : node.entries) {
    const Property* property = schema.find(entry.key.scalar);
    const bool dropped =
        entry.value.is_null() && property != nullptr && property->schema->default_value != nullptr;
    if (dropped) continue;
    entries.push_back(entry);
    if (property != nullptr) entries.back().value = fill(entry.value, *property->schema);
  }
  for (const Property& property : schema.properties) {
    if (property.schema->default_value == nullptr) continue;
    const yaml::Node* written = node.find(property.name);
    if (written != nullptr && !written->is_null()) continue;
    entries.push_back(filled_in(property));
    entries.back().value = fill(entries.back().value, *property.schema);
  }
  yaml::Node out = node;
  out.entries = entries_.emplace_back(std::move(entries));
  return out;
}

}  // namespace egressctl::resource
