#include "lib/resource/fields.h"

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/resource/duration.h"
#include "lib/resource/field_path.h"
#include "lib/yaml/scalar.h"

namespace egressctl::resource {
namespace {

constexpr std::string_view kMapEntry = "{}";

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.size() > 18) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

const yaml::Node Fields::kAbsent{};

Fields::Fields(const yaml::Node& node, ReadContext& context, std::string_view prefix)
    : key_(prefix), node_(node), range_(node.range), context_(context) {}

Fields::Fields(const Fields& parent, std::string_view key, std::size_t index,
               const yaml::Node& node, SourceRange range)
    : parent_(&parent),
      key_(key),
      index_(index),
      node_(node),
      range_(range),
      context_(parent.context_) {}

bool Fields::has(std::string_view key) const {
  const yaml::Node* value = node_.find(key);
  return value != nullptr && !value->is_null();
}

std::string Fields::path() const {
  if (parent_ == nullptr) return std::string(key_);
  std::string out = join_path(parent_->path(), key_);
  if (index_ != kNoIndex) out += fmt::format("[{}]", index_);
  return out;
}

std::string Fields::path(const Place& place) const {
  const std::string out = join_path(path(), place.key);
  if (place.entry != nullptr) return join_path(out, place.entry->key.scalar);
  return place.index != kNoIndex ? fmt::format("{}[{}]", out, place.index) : out;
}

std::string Fields::pattern() const {
  if (parent_ == nullptr) return {};
  if (key_ == kMapEntry) return parent_->pattern() + std::string(kMapEntry);
  return join_path(parent_->pattern(), key_) + (index_ != kNoIndex ? "[]" : "");
}

void Fields::ask(std::string_view key, std::string_view suffix) const {
  if (context_.asked != nullptr) context_.asked->insert(join_path(pattern(), key).append(suffix));
}

Fields::Slot Fields::find(std::string_view key) const {
  ask(key, "");
  const yaml::Entry* entry = node_.find_entry(key);
  if (entry == nullptr) return {nullptr, range_, {}};
  if (entry->value.is_null()) return {nullptr, entry->key.range, entry->key.range};
  return {&entry->value, entry->value.range, entry->key.range};
}

void Fields::wrong_type(const yaml::Node& node, const std::string& path,
                        std::string_view expected) const {
  if (!context_.report_wrong_types) return;
  report_wrong_type(context_.diagnostics, node, path, expected).resource(context_.resource);
}

const yaml::Node* Fields::expect(const Slot& slot, std::string_view key, yaml::NodeKind kind,
                                 std::string_view expected) const {
  if (slot.node == nullptr || slot.node->kind == kind) return slot.node;
  wrong_type(*slot.node, path({.key = key}), expected);
  return nullptr;
}

void Fields::expect_self(std::string_view expected) const {
  if (!node_.is_mapping()) wrong_type(node_, path(), expected);
}

std::string Fields::text_of(const yaml::Node& node, const Place& place) const {
  if (is_string(node)) return std::string(node.scalar);
  wrong_type(node, path(place), "a string");
  return std::string(plain_text(node));
}

std::int64_t Fields::number_of(const yaml::Node& node, const Place& place) const {
  if (const auto value = to_integer(node)) return *value;
  wrong_type(node, path(place), "an integer");
  return node.is_scalar() ? digits(node.scalar).value_or(0) : 0;
}

Text Fields::text(std::string_view key) const {
  const Slot slot = find(key);
  Text out{{}, slot.range, slot.key, slot.node};
  if (slot.node != nullptr) out.value = text_of(*slot.node, {.key = key});
  return out;
}

Number Fields::number(std::string_view key) const {
  const Slot slot = find(key);
  Number out{0, slot.range, slot.key, slot.node};
  if (slot.node != nullptr) out.value = number_of(*slot.node, {.key = key});
  return out;
}

Real Fields::real(std::string_view key) const {
  const Slot slot = find(key);
  Real out{0, slot.range, slot.key, slot.node};
  if (slot.node == nullptr) return out;
  if (const auto value = yaml::as_double(*slot.node))
    out.value = *value;
  else
    wrong_type(*slot.node, path({.key = key}), "a number");
  return out;
}

Flag Fields::flag(std::string_view key) const {
  const Slot slot = find(key);
  Flag out{false, slot.range, slot.key, slot.node};
  if (slot.node == nullptr) return out;
  if (const auto value = to_bool(*slot.node)) {
    out.value = *value;
    return out;
  }
  const std::string word = to_lower(slot.node->scalar);
  out.value = word == "y" || word == "yes" || word == "on" || word == "true";
  wrong_type(*slot.node, path({.key = key}), "true or false");
  return out;
}

Duration Fields::duration(std::string_view key) const {
  const Slot slot = find(key);
  Duration out{{}, slot.range, slot.key, slot.node};
  if (slot.node == nullptr) return out;
  const auto value = is_string(*slot.node) ? parse_duration(slot.node->scalar) : std::nullopt;
  if (value)
    out.value = *value;
  else
    wrong_type(*slot.node, path({.key = key}), "a duration such as \"1h30m\" or \"10s\"");
  return out;
}

Positioned<IntOrString> Fields::int_or_string(std::string_view key) const {
  const Slot slot = find(key);
  Positioned<IntOrString> out{{}, slot.range, slot.key, slot.node};
  if (slot.node == nullptr) return out;
  out.value.text = std::string(slot.node->scalar);
  if (const auto value = to_integer(*slot.node)) {
    out.value.is_number = true;
    out.value.number = *value;
  } else if (!is_string(*slot.node)) {
    wrong_type(*slot.node, path({.key = key}), "an integer or a string");
  }
  return out;
}

template <typename T, typename Convert>
List<T> Fields::scalars(std::string_view key, const Convert& convert) const {
  ask(key, "[]");
  const Slot slot = find(key);
  List<T> out{{}, slot.range, slot.key, slot.node};
  const yaml::Node* sequence = expect(slot, key, yaml::NodeKind::Sequence, "a list");
  if (sequence == nullptr) return out;
  out.value.reserve(sequence->items.size());
  for (std::size_t i = 0; i < sequence->items.size(); ++i) {
    const yaml::Node& item = sequence->items[i];
    out.value.push_back({convert(item, Place{.key = key, .index = i}), item.range, {}, &item});
  }
  return out;
}

template <typename T, typename Convert>
Positioned<Map<T>> Fields::scalar_map(std::string_view key, const Convert& convert) const {
  ask(key, kMapEntry);
  const Slot slot = find(key);
  Positioned<Map<T>> out{{}, slot.range, slot.key, slot.node};
  const yaml::Node* mapping = expect(slot, key, yaml::NodeKind::Mapping, "a mapping");
  if (mapping == nullptr) return out;
  for (const yaml::Entry& entry : mapping->entries) {
    if (mapping->find_entry(entry.key.scalar) != &entry) continue;
    // Go decodes a null in a map of scalars as the zero value.
    T value{};
    if (!entry.value.is_null()) value = convert(entry.value, Place{.key = key, .entry = &entry});
    out.value.entries.push_back(
        {std::string(entry.key.scalar),
         {std::move(value), entry.value.range, entry.key.range, &entry.value}});
  }
  return out;
}

Texts Fields::texts(std::string_view key) const {
  return scalars<std::string>(
      key, [this](const yaml::Node& n, const Place& at) { return text_of(n, at); });
}

List<std::int64_t> Fields::numbers(std::string_view key) const {
  return scalars<std::int64_t>(
      key, [this](const yaml::Node& n, const Place& at) { return number_of(n, at); });
}

TextMap Fields::text_map(std::string_view key) const {
  return scalar_map<std::string>(
      key, [this](const yaml::Node& n, const Place& at) { return text_of(n, at); });
}

Positioned<Map<std::int64_t>> Fields::number_map(std::string_view key) const {
  return scalar_map<std::int64_t>(
      key, [this](const yaml::Node& n, const Place& at) { return number_of(n, at); });
}

Positioned<Raw> Fields::raw(std::string_view key) const {
  const Slot slot = find(key);
  return {{}, slot.range, slot.key, slot.node};
}

}  // namespace egressctl::resource
