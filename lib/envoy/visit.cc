#include "lib/envoy/visit.h"

#include "lib/envoy/message.h"

namespace egressctl::envoy {
namespace {

void visit_any(const yaml::Node& node, const Visitor& visitor) {
  const MessageType* type = find_message(type_in_any(node));
  if (type == nullptr) return;
  const yaml::Node* url = node.find("@type");
  if (!is_typed_struct(name_in_url(url->scalar))) return visit_messages(node, *type, visitor);
  if (const yaml::Node* value = find_value(node, "value")) visit_messages(*value, *type, visitor);
}

void visit_value(const yaml::Node& node, const Field& field, const Visitor& visitor) {
  if (field.type == FieldType::Message) visit_messages(node, *field.message, visitor);
  if (field.type == FieldType::Any) visit_any(node, visitor);
}

}  // namespace

bool is_typed_struct(std::string_view name) {
  return name == "xds.type.v3.TypedStruct" || name == "udpa.type.v1.TypedStruct";
}

const yaml::Entry* find_field(const yaml::Node& node, std::string_view name) {
  for (const yaml::Entry& entry : node.entries)
    if (!entry.value.is_null() && is_spelling_of(entry.key.scalar, name)) return &entry;
  return nullptr;
}

const yaml::Node* find_value(const yaml::Node& node, std::string_view name) {
  const yaml::Entry* entry = find_field(node, name);
  return entry == nullptr ? nullptr : &entry->value;
}

std::string_view type_in_any(const yaml::Node& any) {
  const yaml::Node* url = any.find("@type");
  if (url == nullptr) return {};
  const std::string_view name = name_in_url(url->scalar);
  if (!is_typed_struct(name)) return name;
  const yaml::Node* inner = find_value(any, "type_url");
  return inner == nullptr ? std::string_view() : name_in_url(inner->scalar);
}

void visit_messages(const yaml::Node& node, const MessageType& type, const Visitor& visitor) {
  if (!node.is_mapping()) return;
  visitor(node, type);
  for (const yaml::Entry& entry : node.entries) {
    if (!entry.value.is_mapping() && !entry.value.is_sequence()) continue;
    const Field* field = type.find(entry.key.scalar);
    if (field == nullptr) continue;
    switch (field->shape) {
      case Shape::Single: visit_value(entry.value, *field, visitor); break;
      case Shape::List:
        for (const yaml::Node& item : entry.value.items) visit_value(item, *field, visitor);
        break;
      case Shape::Map:
        for (const yaml::Entry& item : entry.value.entries)
          visit_value(item.value, *field, visitor);
        break;
    }
  }
}

const MessageType* patched_type(resource::ApplyTo apply_to) {
  const auto name = [&]() -> std::string_view {
    switch (apply_to) {
      case resource::ApplyTo::Listener: return "envoy.config.listener.v3.Listener";
      case resource::ApplyTo::FilterChain: return "envoy.config.listener.v3.FilterChain";
      case resource::ApplyTo::NetworkFilter: return "envoy.config.listener.v3.Filter";
      case resource::ApplyTo::ListenerFilter: return "envoy.config.listener.v3.ListenerFilter";
      case resource::ApplyTo::HttpFilter:
        return "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter";
      case resource::ApplyTo::RouteConfiguration: return "envoy.config.route.v3.RouteConfiguration";
      case resource::ApplyTo::VirtualHost: return "envoy.config.route.v3.VirtualHost";
      case resource::ApplyTo::HttpRoute: return "envoy.config.route.v3.Route";
      case resource::ApplyTo::Cluster: return "envoy.config.cluster.v3.Cluster";
      case resource::ApplyTo::ExtensionConfig: return "envoy.config.core.v3.TypedExtensionConfig";
      case resource::ApplyTo::Bootstrap: return "envoy.config.bootstrap.v3.Bootstrap";
      case resource::ApplyTo::Invalid:
      case resource::ApplyTo::Unknown: break;
    }
    return {};
  }();
  return name.empty() ? nullptr : find_message(name);
}

}  // namespace egressctl::envoy
