#include "lib/envoy/message.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/envoy/message_walk.h"
#include "lib/envoy/rules.h"
#include "lib/resource/value_type.h"
#include "lib/yaml/edit.h"

namespace egressctl::envoy {
namespace {

constexpr std::size_t kMaxAlternatives = 8;

std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

// What Envoy's checks take for absent.
bool is_empty(const yaml::Node& node, const Field& field) {
  switch (node.kind) {
    case yaml::NodeKind::Null: return true;
    case yaml::NodeKind::Sequence: return node.items.empty();
    case yaml::NodeKind::Mapping: return field.shape == Shape::Map && node.entries.empty();
    case yaml::NodeKind::Scalar: break;
  }
  if (field.type == FieldType::Enum)
    return node.scalar == "0" ||
           (!field.words_of->values.empty() && node.scalar == field.words_of->values[0].name);
  return node.scalar.empty() && !field.wrapped;
}

// The side of the proxy that what is below a message is for.
Side side_of(const MessageType& type, Side outer) {
  if (type.name == "envoy.config.listener.v3.FilterChain") return Side::Downstream;
  if (type.name == "envoy.config.cluster.v3.Cluster") return Side::Upstream;
  return outer;
}

// A field of that name one level above or below, as a way to put it.
std::string elsewhere(std::string_view name, const MessageType& type, const Spot& spot) {
  for (const Field& field : type.fields)
    if (field.message != nullptr && field.shape == Shape::Single &&
        field.message->find(name) != nullptr)
      return fmt::format("it is a field of \"{}\"", field.name);
  if (spot.parent != nullptr && spot.parent->type != nullptr &&
      spot.parent->type->find(name) != nullptr)
    return fmt::format("it belongs beside \"{}\"", spot.key);
  return {};
}

bool has_extension(const MessageType& type) {
  const Field* config = type.find("typed_config");
  return config != nullptr && config->type == FieldType::Any && type.find("name") != nullptr;
}

// Whether the message is in the code of a Wasm filter that is sent by ECDS: Istio's agent fetches
// it and puts the file in its place, so that Envoy never sees what it would demand.
//
// Source: istio/istio pkg/wasm/convert.go (MaybeConvertWasmExtensionConfig).
bool is_fetched_by_agent(const Spot& spot) {
  bool code = false;
  const Spot* outermost = &spot;
  for (const Spot* at = &spot; at != nullptr; at = at->parent) {
    code = code || (at->parent != nullptr && at->parent->type != nullptr &&
                    at->parent->type->name == "envoy.extensions.wasm.v3.VmConfig");
    outermost = at;
  }
  return code && outermost->type->name == "envoy.config.core.v3.TypedExtensionConfig";
}

}  // namespace

std::string alternatives(std::span<const std::string_view> words) {
  std::string out;
  const std::size_t shown = std::min(words.size(), kMaxAlternatives);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += fmt::format("\"{}\"", words[i]);
  }
  return shown < words.size() ? out + ", ..." : out;
}

void MessageWalk::message(const yaml::Node& node, const MessageType& type, const Spot& outer) {
  // In a list null is a message with nothing in it.
  if (!node.is_mapping() && !node.is_null()) {
    findings_.wrong_type(node, resource::kExpectMapping);
    return;
  }
  Spot spot = outer;
  spot.type = &type;
  spot.side = side_of(type, outer.side);
  const bool config_reported = has_extension(type) && extension(node, type, spot);
  Entries entries(type.fields.size());
  std::vector<std::string_view> meant;
  for (const yaml::Entry& entry : node.entries) {
    const Field* known = type.find(entry.key.scalar);
    if (known == nullptr) {
      if (spot.in_any && entry.key.scalar == "@type") continue;
      if (!(config_reported && entry.key.scalar == "config"))
        meant.push_back(unknown_field(node, entry, type, spot));
      continue;
    }
    if (entry.value.is_null() && known->type != FieldType::Value) continue;
    const yaml::Entry*& seen = entries[static_cast<std::size_t>(known - type.fields.data())];
    if (seen != nullptr && seen->key.scalar != entry.key.scalar)
      findings_
          .report(kOneofConflict, entry.key.range,
                  "\"{}\" is the same field as \"{}\": istiod takes the one in lowerCamelCase",
                  entry.key.scalar, seen->key.scalar)
          .related(seen->key.range, "the other spelling is here")
          .help("remove one of them");
    seen = &entry;
    if (known->disallowed) disallowed_field(entry, *known);
    field(entry, *known, spot);
  }
  if (is_fetched_by_agent(spot)) return;
  oneofs(node, type, entries, meant, spot);
  required(node, type, entries, meant, spot);
}

void MessageWalk::field(const yaml::Entry& entry, const Field& field, const Spot& spot) {
  const yaml::Node& node = entry.value;
  Spot below{.head = entry.key.range,
             .merged = spot.merged,
             .listed = spot.listed,
             .side = spot.side,
             .parent = &spot,
             .key = entry.key.scalar};
  if (field.shape == Shape::Single) return value(node, field, below);
  below.merged = false;
  below.listed = true;
  if (field.shape == Shape::List) {
    if (!node.is_sequence()) {
      findings_.wrong_type(node, resource::kExpectList);
      return;
    }
    bounds_of_list(entry, field);
    for (const yaml::Node& item : node.items) {
      below.head = item.entries.empty() ? item.range : item.entries.front().key.range;
      value(item, field, below);
    }
    return;
  }
  if (!node.is_mapping()) {
    findings_.wrong_type(node, resource::kExpectMapping);
    return;
  }
  for (const yaml::Entry& item : node.entries) {
    below.head = item.key.range;
    value(item.value, field, below);
  }
}

void MessageWalk::value(const yaml::Node& node, const Field& field, const Spot& spot) {
  if (node.is_null() && field.type != FieldType::Message) return;  // an item, taken for empty
  switch (field.type) {
    case FieldType::Message: return message(node, *field.message, spot);
    case FieldType::Any: return any(node, spot);
    case FieldType::Struct:
    case FieldType::Empty:
      if (!node.is_mapping()) findings_.wrong_type(node, resource::kExpectMapping);
      return;
    case FieldType::ListValue:
      if (!node.is_sequence()) findings_.wrong_type(node, resource::kExpectList);
      return;
    case FieldType::Value: return;
    default: check_scalar(node, field, findings_);
  }
}

void MessageWalk::bounds_of_list(const yaml::Entry& entry, const Field& field) {
  const auto size = static_cast<double>(entry.value.items.size());
  if (!(size < field.minimum) && !(size > field.maximum)) return;
  findings_.report(kOutOfBounds, entry.key.range, "\"{}\" takes {} {} items, found {}",
                   entry.key.scalar, size > field.maximum ? "at most" : "at least",
                   size > field.maximum ? field.maximum : field.minimum, size);
}

void MessageWalk::required(const yaml::Node& node, const MessageType& type, const Entries& entries,
                           const std::vector<std::string_view>& meant, const Spot& spot) {
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const Field& field = type.fields[i];
    const yaml::Entry* entry = entries[i];
    const bool demanded = (field.required && !spot.merged) ||
                          (entry != nullptr && (field.required || field.non_empty));
    if (!demanded) continue;
    if (entry != nullptr) {
      if (is_empty(entry->value, field))
        findings_.report(kMissingField, entry->value.range, "\"{}\" of {} must not be empty",
                         field.name, last_part(type.name));
      continue;
    }
    if (std::find(meant.begin(), meant.end(), field.name) != meant.end()) continue;
    findings_
        .missing(kMissingField, node, spot.head, field.name,
                 "{} has no \"{}\", which Envoy demands", last_part(type.name), field.name)
        .help(fmt::format("add \"{}\"", field.name));
  }
}

void MessageWalk::oneofs(const yaml::Node& node, const MessageType& type, const Entries& entries,
                         const std::vector<std::string_view>& meant, const Spot& spot) {
  for (std::size_t group = 0; group < type.oneofs.size(); ++group) {
    const yaml::Entry* first = nullptr;
    bool misspelt = false;
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      if (type.fields[i].oneof != group + 1) continue;
      if (!type.fields[i].deprecated) names.push_back(type.fields[i].name);
      misspelt |= std::find(meant.begin(), meant.end(), type.fields[i].name) != meant.end();
      if (entries[i] == nullptr) continue;
      if (first != nullptr)
        findings_
            .report(kOneofConflict, entries[i]->key.range,
                    "only one of {} may be set, found \"{}\" and \"{}\": istiod takes the latter",
                    alternatives(names), first->key.scalar, entries[i]->key.scalar)
            .related(first->key.range, fmt::format("\"{}\" is set here", first->key.scalar))
            .help("remove one of them");
      first = entries[i];
    }
    if (first != nullptr || misspelt || spot.merged || !type.oneofs[group].required) continue;
    findings_.missing(kMissingField, node, spot.head, names.empty() ? "" : names.front(),
                      "{} has none of {}, one of which Envoy demands", last_part(type.name),
                      alternatives(names));
  }
}

std::string_view MessageWalk::unknown_field(const yaml::Node& node, const yaml::Entry& entry,
                                            const MessageType& type, const Spot& spot) {
  const std::string_view name = entry.key.scalar;
  if (type.was_removed(name)) {
    findings_
        .report(kUnknownField, entry.key.range,
                "{} has no field \"{}\" since version 3 of Envoy's API; istiod drops it",
                last_part(type.name), name)
        .alias(std::string(kIstioWarning))
        .help("write what replaced it, as Envoy's reference of the message says");
    return {};
  }
  auto builder = findings_.report(kUnknownField, entry.key.range,
                                  "{} has no field \"{}\"; istiod drops it", type.name, name);
  builder.alias(std::string(kIstioWarning));
  if (name == "@type") {
    builder.severity(Severity::Warning).help("remove it: the place alone says what type it is");
    return {};
  }
  std::vector<std::string_view> names;
  for (const Field& field : type.fields)
    if (!field.deprecated) names.push_back(field.name);
  const auto near = nearest(name, names);
  const bool very_near = near && edit_distance(fold_word(name), fold_word(*near), 1) <= 1;
  const std::string place = very_near ? std::string() : elsewhere(name, type, spot);
  if (!place.empty()) builder.help(place);
  if (!place.empty() || !near) return {};
  builder.help(fmt::format("did you mean \"{}\"?", *near));
  const auto taken = std::any_of(node.entries.begin(), node.entries.end(), [&](const auto& other) {
    return is_spelling_of(other.key.scalar, *near);
  });
  if (taken) return {};
  if (auto edit = yaml::rename_key(entry, *near))
    builder.fix(
        {.title = fmt::format("rename it to \"{}\"", *near), .safe = true, .edits = {*edit}});
  return *near;
}

void MessageWalk::disallowed_field(const yaml::Entry& entry, const Field& field) {
  findings_
      .report(kDisallowedField, entry.key.range,
              "\"{}\" is deprecated, and Envoy refuses it by default", field.name)
      .help("use what replaced it, as Envoy's reference of the field says");
}

std::string_view name_in_url(std::string_view url) {
  return url.substr(url.rfind('/') + 1);
}

void check_message(const resource::Resource& resource, const yaml::Node& value,
                   std::string_view type, const MessageOptions& options, Diagnostics& diagnostics) {
  const MessageType* message = find_message(name_in_url(type));
  if (message == nullptr) return;
  Findings findings(resource, diagnostics);
  SourceRange head = options.key;
  if (!head.known()) head = value.entries.empty() ? value.range : value.entries.front().key.range;
  MessageWalk(findings).message(value, *message, {.head = head, .merged = options.merged});
}

}  // namespace egressctl::envoy
