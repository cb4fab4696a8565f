#include "lib/bootstrap/written.h"

#include <string>
#include <utility>
#include <vector>

#include "lib/base/duration.h"
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

// The same as protobuf writes it: with its names of fields, and durations in seconds, which istiod
// reads in Go's form. What has no known type stays.
Json canonical(Json value, const MessageType* type);

Json canonical_item(Json value, const Field& field) {
  if (field.type == FieldType::Duration && value.is_string()) {
    const auto duration = parse_duration(value.get_ref<const std::string&>());
    return duration ? Json(duration_text(*duration)) : std::move(value);
  }
  const MessageType* type = type_of(field, value);
  return canonical(std::move(value), type);
}

Json canonical_field(Json value, const Field& field) {
  if (field.shape == Shape::Single) return canonical_item(std::move(value), field);
  for (Json& item : value) item = canonical_item(std::move(item), field);
  return value;
}

// Whether istiod takes another entry of `message` in place of `key`, which is `field`: one whose
// field is later in the same group, or the same field in lowerCamelCase.
//
// Source: decode.go of github.com/golang/protobuf/jsonpb 1.5 (unmarshalMessage).
bool is_superseded(std::string_view key, const Field& field, const Json& message,
                   const MessageType& type) {
  for (const auto& [other, value] : message.items()) {
    if (value.is_null() || other == key) continue;
    const Field* rival = type.find(other);
    if (rival == nullptr) continue;
    if (rival == &field ? key == field.name
                        : field.oneof != 0 && rival->oneof == field.oneof && rival > &field)
      return true;
  }
  return false;
}

Json canonical(Json value, const MessageType* type) {
  if (type == nullptr || !value.is_object()) return value;
  std::vector<std::string> dropped;
  for (const auto& [key, item] : value.items()) {
    const Field* field = type->find(key);
    if (item.is_null() || (field != nullptr && is_superseded(key, *field, value, *type)))
      dropped.push_back(key);
  }
  for (const std::string& key : dropped) value.erase(key);
  Json out = Json::object();
  for (auto& [key, item] : value.items()) {
    const Field* field = type->find(key);
    if (field == nullptr) {
      out[key] = std::move(item);
    } else {
      out[std::string(field->name)] = canonical_field(std::move(item), *field);
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
      merge(out, canonical(std::move(parsed), message), message, value.replaces_lists);
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
