#include "lib/bootstrap/written.h"

#include <string>

#include "lib/base/text.h"
#include "lib/envoy/message_table.h"
#include "lib/yaml/emit.h"

namespace egressctl::bootstrap {
namespace {

using envoy::Field;
using envoy::FieldType;
using envoy::MessageType;
using envoy::Shape;

constexpr std::string_view kTypeKey = "@type";

const MessageType* type_of_any(const Json& any) {
  const auto url = any.find(kTypeKey);
  if (url == any.end() || !url->is_string()) return nullptr;
  const auto& text = url->get_ref<const std::string&>();
  return envoy::find_message(std::string_view(text).substr(text.rfind('/') + 1));
}

const MessageType* type_of(const Field& field, const Json& value) {
  if (field.type == FieldType::Message) return field.message;
  return field.type == FieldType::Any ? type_of_any(value) : nullptr;
}

// The same with the names of fields as protobuf spells them; what has no known type stays.
Json in_snake_case(Json value, const MessageType* type);

Json field_in_snake_case(Json value, const Field& field) {
  if (field.shape == Shape::Single) {
    const MessageType* type = type_of(field, value);
    return in_snake_case(std::move(value), type);
  }
  for (Json& item : value) {
    const MessageType* type = type_of(field, item);
    item = in_snake_case(std::move(item), type);
  }
  return value;
}

Json in_snake_case(Json value, const MessageType* type) {
  if (type == nullptr || !value.is_object()) return value;
  Json out = Json::object();
  for (auto& [key, item] : value.items()) {
    if (item.is_null()) continue;
    const Field* field = type->find(key);
    if (field == nullptr) {
      out[key] = std::move(item);
    } else {
      out[std::string(field->name)] = field_in_snake_case(std::move(item), *field);
    }
  }
  return out;
}

// Setting one field of a group clears the others.
void clear_rivals(Json& message, const MessageType& type, const Field& field) {
  if (field.oneof == 0) return;
  for (const std::string_view name : split(type.oneofs[field.oneof - 1].names, ' '))
    if (name != field.name) message.erase(std::string(name));
}

void merge(Json& into, Json from, const MessageType* type, bool replaces_lists) {
  for (auto& [key, value] : from.items()) {
    const Field* field = type != nullptr ? type->find(key) : nullptr;
    if (field != nullptr) clear_rivals(into, *type, *field);
    const auto known = into.find(key);
    if (known == into.end()) {
      into[key] = std::move(value);
    } else if (known->is_object() && value.is_object() &&
               known->value(kTypeKey, "") == value.value(kTypeKey, "")) {
      merge(*known, std::move(value), field != nullptr ? type_of(*field, *known) : nullptr,
            replaces_lists);
    } else if (known->is_array() && value.is_array() && !replaces_lists) {
      for (Json& item : value) known->push_back(std::move(item));
    } else {
      *known = std::move(value);
    }
  }
}

}  // namespace

Json merged(const topology::Written& written, std::string_view type) {
  const MessageType* message = envoy::find_message(type);
  Json out = Json::object();
  for (const topology::WrittenValue& value : written.values) {
    Json parsed = Json::parse(yaml::to_json(*value.node), nullptr, false);
    if (parsed.is_object())
      merge(out, in_snake_case(std::move(parsed), message), message, value.replaces_lists);
  }
  return out;
}

void complete(Json& made, const Json& more) {
  for (const auto& [key, value] : more.items()) {
    const auto known = made.find(key);
    if (known == made.end()) {
      made[key] = value;
    } else if (known->is_object() && value.is_object()) {
      complete(*known, value);
    }
  }
}

void complete(Json& made, const topology::Written& written, std::string_view type) {
  if (!written.values.empty()) complete(made, merged(written, type));
}

}  // namespace egressctl::bootstrap
