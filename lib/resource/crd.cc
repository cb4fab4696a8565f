#include "lib/resource/crd.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "lib/resource/schema/tables.h"
#include "lib/resource/value_type.h"
#include "lib/yaml/scalar.h"

namespace egressctl::resource {
namespace {

constexpr std::string_view kGroup = "apiextensions.k8s.io/";
constexpr std::string_view kCrd = "CustomResourceDefinition";

const yaml::Node& child(const yaml::Node& node, std::string_view key) {
  static const yaml::Node kNothing;
  const yaml::Node* value = node.find(key);
  return value != nullptr ? *value : kNothing;
}

bool is_true(const yaml::Node& node) {
  return to_bool(node).value_or(false);
}

std::string text_of(const yaml::Node& node, std::string_view key) {
  return std::string(child(node, key).scalar);
}

std::vector<std::string> texts(const yaml::Node& list) {
  std::vector<std::string> out;
  for (const yaml::Node& item : list.items) out.emplace_back(item.scalar);
  return out;
}

// Of `required: [name]` and nothing else, the name; else empty.
std::string_view lone_requirement(const yaml::Node& schema) {
  const yaml::Node& required = child(schema, "required");
  const bool lone = schema.entries.size() == 1 && required.items.size() == 1;
  return lone ? required.items[0].scalar : std::string_view();
}

// How CRDs made of protobuf say "at most one": one of the fields is set, or none of them is. Empty
// when the alternatives say something else.
std::vector<std::string> exclusive_fields(const yaml::Node& one_of) {
  std::vector<std::string> names;
  std::vector<std::string> none;
  for (const yaml::Node& alternative : one_of.items) {
    const yaml::Node& any = child(child(alternative, "not"), "anyOf");
    if (any.is_sequence() && alternative.entries.size() == 1) {
      for (const yaml::Node& part : any.items) none.emplace_back(lone_requirement(part));
    } else {
      names.emplace_back(lone_requirement(alternative));
    }
    if (!names.empty() && names.back().empty()) return {};
  }
  return names == none ? names : std::vector<std::string>();
}

class Reader {
 public:
  Reader(SchemaSet& schemas, Diagnostics& diagnostics)
      : schemas_(schemas), diagnostics_(diagnostics) {}

  void document(const yaml::Node& node);

 private:
  void definition(const yaml::Node& crd);
  const Schema* root(const yaml::Node& node);
  const Schema* schema(const yaml::Node& node);
  void type(const yaml::Node& node, Schema& out);
  void object(const yaml::Node& node, Schema& out);
  void bounds(const yaml::Node& node, Schema& out);
  void text(const yaml::Node& node, Schema& out);
  void list(const yaml::Node& node, Schema& out);
  void combined(const yaml::Node& node, Schema& out);
  void one_of(const yaml::Node& list, Schema& out);
  void rules(const yaml::Node& node, Schema& out);

  SchemaSet& schemas_;
  Diagnostics& diagnostics_;
};

void Reader::document(const yaml::Node& node) {
  const std::string kind = text_of(node, "kind");
  if (kind.ends_with("List")) {
    for (const yaml::Node& item : child(node, "items").items) document(item);
  } else if (kind == kCrd && child(node, "apiVersion").scalar.starts_with(kGroup)) {
    definition(node);
  }
}

void Reader::definition(const yaml::Node& crd) {
  const yaml::Node& spec = child(crd, "spec");
  const std::string group = text_of(spec, "group");
  const std::string name = text_of(child(spec, "names"), "kind");
  const yaml::Node& versions = child(spec, "versions");
  if (group.empty() || name.empty() || !versions.is_sequence()) {
    diagnostics_.report(kBadCrd, crd.range,
                        "a CRD needs \"spec.group\", \"spec.names.kind\" and \"spec.versions\"");
    return;
  }
  KindSchema& kind = schemas_.add(group, name);
  for (const yaml::Node& version : versions.items) {
    const std::string version_name = text_of(version, "name");
    if (!is_true(child(version, "served")) || kind.find(version_name) != nullptr) continue;
    const yaml::Node& schema = child(child(version, "schema"), "openAPIV3Schema");
    if (!schema.is_mapping())
      diagnostics_.report(kBadCrd, version.range,
                          "version \"{}\" of {} has no schema; its objects are not checked",
                          version_name, name);
    kind.versions.push_back({version_name, root(schema)});
  }
}

const Schema* Reader::root(const yaml::Node& node) {
  Schema& out = schemas_.make();
  out.type = Type::Object;
  if (!node.is_mapping()) {
    out.open = true;
  } else {
    type(node, out);
    if (out.type != Type::Object) out.type = Type::Object, out.open = true;
  }
  Schema& string = schemas_.make();
  string.type = Type::String;
  const std::array<Property, 4> fields = {
      Property{"apiVersion", &string, false}, Property{"kind", &string, false},
      Property{"metadata", built_in_schemas().named(kMetadataType), false},
      Property{"status", &schemas_.make(), false}};
  for (const Property& field : fields) {
    std::erase_if(out.properties, [&](const Property& p) { return p.name == field.name; });
    out.properties.push_back(field);
  }
  std::sort(out.properties.begin(), out.properties.end(),
            [](const Property& a, const Property& b) { return a.name < b.name; });
  return &out;
}

const Schema* Reader::schema(const yaml::Node& node) {
  Schema& out = schemas_.make();
  if (node.is_mapping()) type(node, out);
  return &out;
}

// Alternatives have no types of their own: there the words tell what they are about.
void Reader::type(const yaml::Node& node, Schema& out) {
  const std::string type = text_of(node, "type");
  const auto has = [&](std::string_view key) { return node.find(key) != nullptr; };
  const bool int_or_string = is_true(child(node, "x-kubernetes-int-or-string"));
  if (int_or_string) {
    out.type = Type::IntOrString;
  } else if (type == "object" || (type.empty() && (has("properties") || has("required")))) {
    object(node, out);
  } else if (type == "array" || (type.empty() && (has("minItems") || has("maxItems")))) {
    list(node, out);
  } else if (type == "string" || (type.empty() && (has("pattern") || has("enum") ||
                                                   has("minLength") || has("format")))) {
    text(node, out);
  } else if (type == "integer" || type == "number" || (type.empty() && has("minimum"))) {
    out.type = type == "integer" ? Type::Integer : Type::Decimal;
    if (child(node, "format").scalar == "int32") out.format = Format::Int32;
    out.words = texts(child(node, "enum"));
    bounds(node, out);
  } else if (type == "boolean") {
    out.type = Type::Bool;
  }
  if (!int_or_string) combined(node, out);
  rules(node, out);
  const yaml::Node& value = child(node, "default");
  if (!value.is_null()) out.default_value = &schemas_.keep(value);
  out.has_defaults = out.items != nullptr && out.items->has_defaults;
  for (const Property& property : out.properties)
    if (property.schema->default_value != nullptr || property.schema->has_defaults)
      out.has_defaults = true;
}

void Reader::object(const yaml::Node& node, Schema& out) {
  const bool keeps = is_true(child(node, "x-kubernetes-preserve-unknown-fields")) ||
                     is_true(child(node, "x-kubernetes-embedded-resource"));
  const yaml::Node& values = child(node, "additionalProperties");
  const yaml::Node& properties = child(node, "properties");
  const yaml::Node& required = child(node, "required");
  const bool is_map = !properties.is_mapping() && required.items.empty();
  bounds(node, out);
  if (is_map && (keeps || values.is_mapping() || is_true(values))) {
    out.type = Type::Map;
    if (values.is_mapping()) out.items = schema(values);
    return;
  }
  out.type = Type::Object;
  out.open = keeps || text_of(node, "type").empty();
  for (const yaml::Entry& entry : properties.entries)
    out.properties.push_back({std::string(entry.key.scalar), schema(entry.value), false});
  for (const yaml::Node& name : required.items) {
    const auto at = std::find_if(out.properties.begin(), out.properties.end(),
                                 [&](const Property& p) { return p.name == name.scalar; });
    if (at != out.properties.end())
      at->required = true;
    else
      out.properties.push_back({std::string(name.scalar), &schemas_.make(), true});
  }
  std::sort(out.properties.begin(), out.properties.end(),
            [](const Property& a, const Property& b) { return a.name < b.name; });
}

void Reader::bounds(const yaml::Node& node, Schema& out) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kWords = {
      {{"minimum", "maximum"},
       {"minLength", "maxLength"},
       {"minItems", "maxItems"},
       {"minProperties", "maxProperties"}}};
  for (const auto& words : kWords) {
    if (const auto value = yaml::as_double(child(node, words.first))) out.bounds.minimum = value;
    if (const auto value = yaml::as_double(child(node, words.second))) out.bounds.maximum = value;
  }
  out.bounds.above_minimum = is_true(child(node, "exclusiveMinimum"));
  out.bounds.below_maximum = is_true(child(node, "exclusiveMaximum"));
}

void Reader::text(const yaml::Node& node, Schema& out) {
  out.type = Type::String;
  bounds(node, out);
  out.words = texts(child(node, "enum"));
  const std::string_view format = child(node, "format").scalar;
  if (format == "date-time") out.format = Format::Timestamp;
  if (format == "byte") out.format = Format::Bytes;
  if (format == "ipv4") out.format = Format::Ipv4;
  if (format == "ipv6") out.format = Format::Ipv6;
  if (format == "duration") out.format = Format::AnyDuration;
  const yaml::Node& pattern = child(node, "pattern");
  if (!pattern.is_scalar()) return;
  out.pattern = make_pattern(pattern.scalar);
  if (out.pattern->compiled == nullptr)
    diagnostics_.report(kBadCrd, pattern.range, "\"{}\" is no regular expression of RE2",
                        pattern.scalar);
}

void Reader::list(const yaml::Node& node, Schema& out) {
  out.type = Type::List;
  bounds(node, out);
  const yaml::Node& items = child(node, "items");
  if (items.is_mapping()) out.items = schema(items);
  const std::string_view list_type = child(node, "x-kubernetes-list-type").scalar;
  if (list_type == "map") out.keys.push_back(texts(child(node, "x-kubernetes-list-map-keys")));
  out.distinct = list_type == "set" || is_true(child(node, "uniqueItems"));
}

void Reader::combined(const yaml::Node& node, Schema& out) {
  one_of(child(node, "oneOf"), out);
  for (const yaml::Node& part : child(node, "allOf").items) {
    const yaml::Node& inner = child(part, "oneOf");
    if (part.entries.size() == 1 && inner.is_sequence())
      one_of(inner, out);
    else
      out.all_of.push_back(schema(part));
  }
  for (const yaml::Node& part : child(node, "anyOf").items) out.any_of.push_back(schema(part));
  const yaml::Node& excluded = child(node, "not");
  if (excluded.is_mapping()) out.none_of = schema(excluded);
}

void Reader::one_of(const yaml::Node& list, Schema& out) {
  if (!list.is_sequence()) return;
  std::vector<std::string> exclusive = exclusive_fields(list);
  if (exclusive.size() > 1) {
    out.at_most_one.push_back(std::move(exclusive));
  } else if (exclusive.empty()) {
    Schema& alternatives = schemas_.make();
    for (const yaml::Node& part : list.items) alternatives.one_of.push_back(schema(part));
    out.all_of.push_back(&alternatives);
  }
}

void Reader::rules(const yaml::Node& node, Schema& out) {
  for (const yaml::Node& written : child(node, "x-kubernetes-validations").items) {
    const yaml::Node& condition = child(written, "rule");
    auto rule = make_rule(std::string(condition.scalar), text_of(written, "message"));
    if (!rule) {
      diagnostics_
          .report(kBadCrd, condition.range, "rule \"{}\" can't be checked: {}", condition.scalar,
                  rule.error().message)
          .severity(Severity::Warning);
      continue;
    }
    const yaml::Node& message = child(written, "messageExpression");
    if (message.is_scalar())
      if (auto program = cel::Program::compile(message.scalar))
        rule->message_program = std::move(*program);
    out.rules.push_back(std::move(*rule));
  }
}

}  // namespace

void read_crds(const std::vector<yaml::Document>& documents, SchemaSet& schemas,
               Diagnostics& diagnostics) {
  Reader reader(schemas, diagnostics);
  for (const yaml::Document& document : documents) reader.document(document.root());
}

}  // namespace egressctl::resource
