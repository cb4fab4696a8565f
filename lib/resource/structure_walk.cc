#include "lib/resource/structure_walk.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <re2/re2.h>

#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/resource/duration.h"
#include "lib/resource/field_path.h"
#include "lib/resource/structure.h"
#include "lib/resource/structure_advice.h"
#include "lib/resource/value_type.h"
#include "lib/yaml/emit.h"
#include "lib/yaml/scalar.h"

namespace egressctl::resource {
namespace {

constexpr double kLargestInt32 = 2147483647.0;

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// `"a", "b" and "c"`.
template <typename String>
std::string listing(const std::vector<String>& words, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? fmt::format(" {} ", last) : ", ";
    out += fmt::format("\"{}\"", words[i]);
  }
  return out;
}

std::string bounds_text(const Bounds& bounds) {
  if (bounds.minimum && bounds.maximum && !bounds.above_minimum && !bounds.below_maximum)
    return fmt::format("from {} to {}", *bounds.minimum, *bounds.maximum);
  std::vector<std::string> parts;
  if (bounds.minimum)
    parts.push_back(
        fmt::format("{} {}", bounds.above_minimum ? "above" : "at least", *bounds.minimum));
  if (bounds.maximum)
    parts.push_back(
        fmt::format("{} {}", bounds.below_maximum ? "below" : "at most", *bounds.maximum));
  return join(parts, " and ");
}

bool within(const Bounds& bounds, double value) {
  const bool low =
      bounds.minimum && (bounds.above_minimum ? value <= *bounds.minimum : value < *bounds.minimum);
  const bool high =
      bounds.maximum && (bounds.below_maximum ? value >= *bounds.maximum : value > *bounds.maximum);
  return !low && !high;
}

bool is_timestamp(std::string_view text) {
  static const RE2 kPattern(
      R"(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))");
  return RE2::FullMatch({text.data(), text.size()}, kPattern);
}

bool is_base64(std::string_view text) {
  std::size_t size = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    const bool digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c != '=' && ((!digit && c != '+' && c != '/') || padding > 0)) return false;
    padding += c == '=' ? 1 : 0;
    ++size;
  }
  return size % 4 == 0 && padding <= 2;
}

bool is_address(std::string_view text, int family) {
  const std::string copy(text);
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return copy.find('\0') == std::string::npos && inet_pton(family, copy.c_str(), bytes.data()) == 1;
}

bool is_quantity(std::string_view text) {
  static const RE2 kPattern(R"([+-]?(\d+(\.\d*)?|\.\d+)(([KMGTPE]i)|[numkMGTPE]|([eE][+-]?\d+))?)");
  return RE2::FullMatch({text.data(), text.size()}, kPattern);
}

// snake_case as protobuf makes it of a name in lowerCamelCase, back in lowerCamelCase.
std::string camel_case(std::string_view name) {
  std::string out;
  bool raise = false;
  for (const char c : name) {
    if (c == '_') {
      raise = true;
      continue;
    }
    out += raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    raise = false;
  }
  return out;
}

const Property* find_property(const Schema& schema, std::string_view name, bool protobuf) {
  const Property* property = schema.find(name);
  const bool other_spelling =
      property == nullptr && protobuf && name.find('_') != std::string_view::npos;
  return other_spelling ? schema.find(camel_case(name)) : property;
}

bool has(const yaml::Node& mapping, std::string_view key) {
  const yaml::Node* value = mapping.find(key);
  return value != nullptr && !value->is_null();
}

}  // namespace

std::string Place::path() const {
  std::string out = parent == nullptr ? std::string(key) : parent->path();
  if (index != kNoIndex) return out + fmt::format("[{}]", index);
  return parent == nullptr ? out : join_path(out, key);
}

std::string Place::path(std::string_view below) const {
  return join_path(path(), below);
}

void StructureWalk::wrong_type(const yaml::Node& node, const Place& place,
                               std::string_view expected) {
  report_wrong_type(diagnostics_, node, place.path(), expected).resource(resource_);
}

void StructureWalk::value(const yaml::Node& node, const Schema& schema, const Place& place) {
  const bool outer = std::exchange(protobuf_, protobuf_ || schema.protobuf);
  const std::size_t before = diagnostics_.size() - beside_;
  switch (schema.type) {
    case Type::Any:
      if (schema.format == Format::Quantity) quantity(node, place);
      break;
    case Type::Object: object(node, schema, place); break;
    case Type::Map: map(node, schema, place); break;
    case Type::List: list(node, schema, place); break;
    case Type::String: text(node, schema, place); break;
    case Type::Integer: integer(node, schema, place); break;
    case Type::Decimal: number(node, schema, place); break;
    case Type::Bool:
      if (!to_bool(node)) wrong_type(node, place, kExpectBool);
      break;
    case Type::IntOrString:
      if (const auto number = to_integer(node))
        bounds(node, static_cast<double>(*number), schema, place);
      else if (!is_string(node))
        wrong_type(node, place, kExpectIntOrString);
      break;
  }
  alternatives(node, schema, place);
  // A rule means something only for a value that is otherwise as it should be.
  if (!schema.rules.empty() && diagnostics_.size() - beside_ == before) rules(node, schema, place);
  protobuf_ = outer;
}

void StructureWalk::object(const yaml::Node& node, const Schema& schema, const Place& place) {
  if (!node.is_mapping()) return wrong_type(node, place, kExpectMapping);
  std::vector<std::string> misspelt;
  for (const yaml::Entry& entry : node.entries) {
    const Property* property = find_property(schema, entry.key.scalar, protobuf_);
    if (property == nullptr) {
      if (schema.open) continue;
      misspelt.push_back(unknown_field(node, entry, schema, place));
    } else if (!entry.value.is_null()) {
      value(entry.value, *property->schema,
            {&place, entry.key.scalar, Place::kNoIndex, entry.key.range});
    }
  }
  missing_fields(node, schema, misspelt, place);
  exclusive_fields(node, schema, place);
}

std::string StructureWalk::unknown_field(const yaml::Node& node, const yaml::Entry& entry,
                                         const Schema& schema, const Place& place) {
  const std::string_view name = entry.key.scalar;
  std::string path = place.path();
  if (path.ends_with(' ')) path.pop_back();  // of a prefix alone
  FieldAdvice advice = advise_on_field(root_, schema, node, path, name);
  const std::string owner =
      path.empty() ? fmt::format("{} has", resource_.kind) : fmt::format("\"{}\" has", path);
  auto builder = report(kUnknownField, entry.key.range, place.path(name), "{} no field \"{}\"; {}",
                        owner, name, protobuf_ ? "istiod ignores it" : "the API server drops it");
  if (!advice.rename.empty() && entry.key.range.text() == name)
    builder.fix({.title = fmt::format("rename it to \"{}\"", advice.rename),
                 .safe = true,
                 .edits = {{.range = entry.key.range, .text = advice.rename}}});
  if (advice.help.empty()) ++beside_;
  builder.help(std::move(advice.help));
  return std::move(advice.meant);
}

void StructureWalk::missing_fields(const yaml::Node& node, const Schema& schema,
                                   const std::vector<std::string>& misspelt, const Place& place) {
  for (const Property& property : schema.properties) {
    if (!property.required || has(node, property.name)) continue;
    if (std::find(misspelt.begin(), misspelt.end(), property.name) != misspelt.end()) continue;
    const SourceRange range = place.key_range.known() ? place.key_range : node.range;
    const std::string path = place.path();
    if (path.empty())
      report(kMissingField, range, property.name, "field \"{}\" is missing", property.name);
    else
      report(kMissingField, range, place.path(property.name), "field \"{}\" is missing in \"{}\"",
             property.name, path);
  }
}

void StructureWalk::exclusive_fields(const yaml::Node& node, const Schema& schema,
                                     const Place& place) {
  for (const std::vector<std::string>& group : schema.at_most_one) {
    const yaml::Entry* first = nullptr;
    for (const std::string& name : group) {
      const yaml::Entry* entry = node.find_entry(name);
      if (entry == nullptr || entry->value.is_null()) continue;
      if (first == nullptr) {
        first = entry;
        continue;
      }
      report(kCrdRuleViolated, entry->key.range, place.path(name),
             "only one of the fields {} may be set, found \"{}\" and \"{}\"", listing(group, "and"),
             first->key.scalar, name)
          .related(first->key.range, fmt::format("\"{}\" is set here", first->key.scalar))
          .help("remove one of them");
    }
  }
}

void StructureWalk::map(const yaml::Node& node, const Schema& schema, const Place& place) {
  if (!node.is_mapping()) return wrong_type(node, place, kExpectMapping);
  const auto entries = std::count_if(node.entries.begin(), node.entries.end(),
                                     [](const auto& e) { return !e.value.is_null(); });
  size(node, static_cast<std::size_t>(entries), "entries", schema, place);
  if (schema.items == nullptr) return;
  for (const yaml::Entry& entry : node.entries)
    if (!entry.value.is_null())
      value(entry.value, *schema.items,
            {&place, entry.key.scalar, Place::kNoIndex, entry.key.range});
}

void StructureWalk::list(const yaml::Node& node, const Schema& schema, const Place& place) {
  if (!node.is_sequence()) return wrong_type(node, place, kExpectList);
  size(node, node.items.size(), "items", schema, place);
  for (const std::vector<std::string>& keys : schema.keys) repeated_items(node, keys, place);
  if (schema.distinct) repeated_items(node, {}, place);
  if (schema.items == nullptr) return;
  for (std::size_t i = 0; i < node.items.size(); ++i)
    value(node.items[i], *schema.items, {&place, {}, i, {}});
}

void StructureWalk::repeated_items(const yaml::Node& node, const std::vector<std::string>& keys,
                                   const Place& place) {
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const yaml::Node& item = node.items[i];
    std::string identity;
    std::string words;
    SourceRange range = item.range;
    std::string_view field;
    if (keys.empty()) identity = words = std::string(item.scalar);
    for (const std::string& key : keys) {
      const yaml::Node* part = item.find(key);
      if (part == nullptr || part->is_null()) continue;
      identity += fmt::format("{}\n{}\n", key, part->scalar);
      if (words.empty()) range = part->range, field = key;
      words += fmt::format("{}{}: {}", words.empty() ? "" : ", ", key, part->scalar);
    }
    if (identity.empty()) continue;
    const auto [at, fresh] = seen.emplace(std::move(identity), i);
    if (fresh) continue;
    const Place own{&place, {}, i, {}};
    report(kOutOfBounds, range, field.empty() ? own.path() : own.path(field),
           "two items of the list \"{}\" have \"{}\"", place.path(), words)
        .related(node.items[at->second].range, "the other item is here");
  }
}

void StructureWalk::text(const yaml::Node& node, const Schema& schema, const Place& place) {
  if (!is_string(node)) {
    const bool number_of_enum = protobuf_ && !schema.words.empty() && to_integer(node);
    const bool duration =
        schema.format == Format::IstioDuration || schema.format == Format::AnyDuration;
    if (!number_of_enum) wrong_type(node, place, duration ? kExpectDuration : kExpectString);
    return;
  }
  if (!schema.words.empty()) return word(node, schema, place);
  if (schema.bounds.minimum || schema.bounds.maximum)
    size(node, code_points(node.scalar), "characters", schema, place);
  if (schema.format != Format::None) format(node, schema, place);
  if (!schema.pattern || schema.pattern->compiled == nullptr) return;
  if (RE2::PartialMatch({node.scalar.data(), node.scalar.size()}, *schema.pattern->compiled))
    return;
  report(kOutOfBounds, node.range, place.path(), "field \"{}\" must match {}, found \"{}\"",
         place.path(), schema.pattern->text, node.scalar);
}

void StructureWalk::format(const yaml::Node& node, const Schema& schema, const Place& place) {
  switch (schema.format) {
    case Format::IstioDuration: {
      const auto value = parse_duration(node.scalar);
      if (!value) return wrong_type(node, place, kExpectDuration);
      if (*value < std::chrono::milliseconds(1))
        report(kOutOfBounds, node.range, place.path(),
               "field \"{}\" must be a duration of 1ms or more, found \"{}\"", place.path(),
               node.scalar);
      return;
    }
    case Format::AnyDuration:
      if (!parse_duration(node.scalar)) wrong_type(node, place, kExpectDuration);
      return;
    case Format::Timestamp:
      if (!is_timestamp(node.scalar))
        report(kOutOfBounds, node.range, place.path(),
               "field \"{}\" must be a time such as \"2026-01-31T12:00:00Z\", found \"{}\"",
               place.path(), node.scalar);
      return;
    case Format::Bytes:
      if (!is_base64(node.scalar))
        report(kOutOfBounds, node.range, place.path(), "field \"{}\" must be base64, found \"{}\"",
               place.path(), node.scalar);
      return;
    case Format::Ipv4:
    case Format::Ipv6: {
      const bool v4 = schema.format == Format::Ipv4;
      if (!is_address(node.scalar, v4 ? AF_INET : AF_INET6))
        report(kOutOfBounds, node.range, place.path(),
               "field \"{}\" must be an IPv{} address, found \"{}\"", place.path(), v4 ? 4 : 6,
               node.scalar);
      return;
    }
    default: return;
  }
}

void StructureWalk::word(const yaml::Node& node, const Schema& schema, const Place& place) {
  if (std::find(schema.words.begin(), schema.words.end(), node.scalar) != schema.words.end())
    return;
  // Some enums have an empty word for the default, which nobody needs to be told of.
  std::vector<std::string_view> words;
  for (const std::string& word : schema.words)
    if (!word.empty()) words.push_back(word);
  // The words of a Service are plain strings for Istio, which takes any.
  const bool istio_takes_it = resource_.kind == "Service" && resource_.api_version == "v1";
  auto builder = report(kUnknownEnumValue, node.range, place.path(),
                        "field \"{}\" must be {}{}, found \"{}\"{}", place.path(),
                        words.size() > 1 ? "one of " : "", listing(words, "or"), node.scalar,
                        istio_takes_it ? "; the API server refuses it" : "");
  if (istio_takes_it) builder.severity(Severity::Warning);
  builder.help(did_you_mean(node.scalar, words));
  const std::string_view meant = plainly_meant(node.scalar, words);
  const bool exact = node.range.text().size() <= node.scalar.size() + 2;
  if (meant.empty() || !exact || node.from_alias) return;
  builder.fix({.title = fmt::format("write {}", meant),
               .safe = true,
               .edits = {{.range = node.range, .text = yaml::emit_string(meant)}}});
}

void StructureWalk::integer(const yaml::Node& node, const Schema& schema, const Place& place) {
  if (const auto value = to_integer(node)) {
    const auto number = static_cast<double>(*value);
    const bool fits =
        schema.format != Format::Int32 || (number >= -kLargestInt32 - 1 && number <= kLargestInt32);
    if (fits && !schema.words.empty()) return word(node, schema, place);
    if (fits) return bounds(node, number, schema, place);
    report(kOutOfBounds, node.range, place.path(),
           "field \"{}\" must be an integer of 32 bits, found {}", place.path(), node.scalar);
    return;
  }
  if (yaml::as_double(node)) {
    report(kOutOfBounds, node.range, place.path(), "field \"{}\" must be an integer, found {}",
           place.path(), node.scalar);
    return;
  }
  const bool digits = is_string(node) && !node.scalar.empty() &&
                      node.scalar.find_first_not_of("-0123456789") == std::string_view::npos;
  if (!protobuf_ || !digits) wrong_type(node, place, kExpectInteger);
}

void StructureWalk::number(const yaml::Node& node, const Schema& schema, const Place& place) {
  const auto value = yaml::as_double(node);
  if (value) return bounds(node, *value, schema, place);
  // Protobuf's JSON has numbers in quotes, too.
  const bool quoted = protobuf_ && is_string(node) &&
                      (parse_number<double>(node.scalar) || node.scalar == "NaN" ||
                       node.scalar == "Infinity" || node.scalar == "-Infinity");
  if (!quoted) wrong_type(node, place, kExpectNumber);
}

void StructureWalk::quantity(const yaml::Node& node, const Place& place) {
  if (node.is_scalar() && is_quantity(node.scalar)) return;
  if (!node.is_scalar() || yaml::as_double(node))
    return wrong_type(node, place, "a quantity such as \"100m\" or \"1Gi\"");
  report(kOutOfBounds, node.range, place.path(),
         "field \"{}\" must be a quantity such as \"100m\" or \"1Gi\", found \"{}\"", place.path(),
         node.scalar);
}

void StructureWalk::bounds(const yaml::Node& node, double value, const Schema& schema,
                           const Place& place) {
  if (within(schema.bounds, value)) return;
  report(kOutOfBounds, node.range, place.path(), "field \"{}\" must be {}, found {}", place.path(),
         bounds_text(schema.bounds), node.scalar);
}

void StructureWalk::size(const yaml::Node& node, std::size_t size, std::string_view unit,
                         const Schema& schema, const Place& place) {
  if (within(schema.bounds, static_cast<double>(size))) return;
  const SourceRange range =
      !node.is_scalar() && place.key_range.known() ? place.key_range : node.range;
  report(kOutOfBounds, range, place.path(), "field \"{}\" must have {} {}, found {}", place.path(),
         bounds_text(schema.bounds), unit, size);
}

void StructureWalk::rules(const yaml::Node& node, const Schema& schema, const Place& place) {
  const cel::Value self = cel::Value::of_node(node);
  for (const Rule& rule : schema.rules) {
    if (!rule.program || rule.program->is_transition_rule()) continue;
    const auto holds = rule.program->evaluate(self);
    const bool* flag = holds ? holds->as<bool>() : nullptr;
    if ((flag != nullptr && *flag) || (!holds && holds.error().too_expensive)) continue;
    std::string message = rule_message(rule, self);
    if (!holds) message += fmt::format(" ({})", holds.error().message);
    const bool at_key = !node.is_scalar() && place.key_range.known();
    const std::string path = place.path();
    report(kCrdRuleViolated, at_key ? place.key_range : node.range, path,
           "{} breaks a rule of its kind: {}",
           path.empty() ? resource_.kind : fmt::format("field \"{}\"", path), message);
  }
}

std::string StructureWalk::rule_message(const Rule& rule, const cel::Value& self) {
  if (rule.message_program) {
    const auto made = rule.message_program->evaluate(self);
    if (made && !made->text().empty()) return std::string(made->text());
  }
  return rule.message.empty() ? rule.condition : rule.message;
}

bool StructureWalk::fits(const yaml::Node& node, const Schema& schema, const Place& place) const {
  Diagnostics found;
  StructureWalk(root_, resource_, found).value(node, schema, place);
  return found.empty();
}

void StructureWalk::alternatives(const yaml::Node& node, const Schema& schema, const Place& place) {
  for (const Schema* part : schema.all_of) value(node, *part, place);
  const auto fit = [&](const Schema* part) { return fits(node, *part, place); };
  if (!schema.any_of.empty() && std::none_of(schema.any_of.begin(), schema.any_of.end(), fit))
    report(kCrdRuleViolated, node.range, place.path(),
           "\"{}\" fits none of the alternatives that its CRD gives", place.path());
  if (!schema.one_of.empty()) {
    const auto count = std::count_if(schema.one_of.begin(), schema.one_of.end(), fit);
    if (count != 1)
      report(kCrdRuleViolated, node.range, place.path(),
             "\"{}\" must fit exactly one of the alternatives that its CRD gives, fits {}",
             place.path(), count);
  }
  if (schema.none_of != nullptr && fits(node, *schema.none_of, place))
    report(kCrdRuleViolated, node.range, place.path(), "\"{}\" is what its CRD rules out",
           place.path());
}

}  // namespace egressctl::resource
