// The JSON Schema of the spec, made from the tables that the reader uses.
//
// Source: https://json-schema.org/draft-07/json-schema-validation
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/base/text.h"
#include "lib/spec/read.h"
#include "lib/spec/tables.h"

namespace egressctl::spec {
namespace {

using Json = nlohmann::ordered_json;

Json mapping_schema(const Table& table);

void add_pattern(Json& schema, const TextFormat* format) {
  if (format != nullptr) schema["pattern"] = format->pattern;
}

Json text_schema(const TextFormat* format) {
  Json schema{{"type", "string"}};
  add_pattern(schema, format);
  return schema;
}

Json integer_schema(const Field& field) {
  return {{"type", "integer"}, {"minimum", field.least}, {"maximum", field.most}};
}

Json list_schema(const Field& field, Json items) {
  Json schema{{"type", "array"}, {"items", std::move(items)}};
  if (field.not_empty) schema["minItems"] = 1;
  if (field.kind == FieldKind::IntegerList) schema["uniqueItems"] = true;
  return schema;
}

Json labels_schema(const Field& field) {
  Json schema{{"type", "object"},
              {"propertyNames", {{"pattern", kLabelKeyFormat.pattern}}},
              {"additionalProperties", text_schema(&kLabelValueFormat)}};
  if (field.not_empty) schema["minProperties"] = 1;
  return schema;
}

// A plain 1.30 is the number 1.3 to a validator.
Json version_schema(const Field& field) {
  return {{"anyOf",
           {text_schema(field.format), {{"type", "number"}, {"minimum", 1.2}, {"maximum", 1.3}}}}};
}

Json quantity_schema(const Field& field) {
  return {{"anyOf", {text_schema(field.format), {{"type", "number"}, {"exclusiveMinimum", 0}}}}};
}

Json duration_schema(const Field& field) {
  return {{"anyOf", {integer_schema(field), text_schema(field.format)}}};
}

Json choice_schema(const Field& field) {
  Json words = Json::array();
  for (const Word& word : field.words) words.push_back(word.text);
  return {{"type", "string"}, {"enum", std::move(words)}};
}

Json kind_schema(const Field& field) {
  switch (field.kind) {
    case FieldKind::Mapping: return mapping_schema(*field.table);
    case FieldKind::MappingList: return list_schema(field, mapping_schema(*field.table));
    case FieldKind::Text: return text_schema(field.format);
    case FieldKind::TextList: return list_schema(field, text_schema(field.format));
    case FieldKind::Integer: return integer_schema(field);
    case FieldKind::IntegerList: return list_schema(field, integer_schema(field));
    case FieldKind::Flag: return {{"type", "boolean"}};
    case FieldKind::Choice: return choice_schema(field);
    case FieldKind::Labels: return labels_schema(field);
    case FieldKind::Duration: return duration_schema(field);
    case FieldKind::Time: return text_schema(&kTimeFormat);
    case FieldKind::Quantity: return quantity_schema(field);
    case FieldKind::Version: return version_schema(field);
  }
  return {};
}

std::string description_of(const Field& field) {
  std::string text(field.description);
  for (const Word& word : field.words)
    if (!word.meaning.empty()) text += fmt::format("\n- {}: {}", word.text, word.meaning);
  if (field.only_via) text += fmt::format("\nOnly with via: {}.", to_string(*field.only_via));
  return text;
}

Json field_schema(const Field& field) {
  Json schema;
  schema["title"] = field.key;
  schema.update(kind_schema(field));
  schema["description"] = description_of(field);
  if (!field.default_json.empty()) schema["default"] = Json::parse(field.default_json);
  return schema;
}

// What a key that belongs to one `via` asks of the others.
Json via_condition(const Field& field) {
  Json condition;
  condition["if"] = {{"properties", {{"via", {{"const", to_string(*field.only_via)}}}}},
                     {"required", {"via"}}};
  if (field.required) condition["then"] = {{"required", {field.key}}};
  condition["else"] = {{"not", {{"required", {field.key}}}}};
  return condition;
}

Json mapping_schema(const Table& table) {
  Json schema{{"type", "object"}, {"description", table.description}};
  schema["additionalProperties"] = false;
  Json required = Json::array();
  Json conditions = Json::array();
  Json& properties = schema["properties"] = Json::object();
  for (const Field& field : table.fields) {
    properties[std::string(field.key)] = field_schema(field);
    if (field.only_via)
      conditions.push_back(via_condition(field));
    else if (field.required)
      required.push_back(field.key);
  }
  if (!required.empty()) schema["required"] = std::move(required);
  if (!conditions.empty()) schema["allOf"] = std::move(conditions);
  return schema;
}

}  // namespace

std::string json_schema() {
  return json_schema(document_table(), kKindWords.front().text);
}

std::string json_schema(const Table& document, std::string_view kind) {
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"$id", fmt::format("https://egressctl.dev/schemas/{}.v1.json", to_lower(kind))},
              {"title", kind}};
  schema.update(mapping_schema(document));
  return schema.dump(2) + "\n";
}

}  // namespace egressctl::spec
