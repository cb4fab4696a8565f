#include "lib/cel/value.h"

#include <algorithm>
#include <cmath>

#include "lib/yaml/scalar.h"

namespace egressctl::cel {
namespace {

constexpr int kIncomparable = 2;

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

const yaml::Node* node_of(const Value& value) {
  const auto* const node = value.as<const yaml::Node*>();
  return node != nullptr ? *node : nullptr;
}

template <typename T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : static_cast<int>(b < a);
}

// Of any number, exact enough to compare over types.
const long double* number(const Value& value, long double& out) {
  if (const auto* const i = value.as<std::int64_t>())
    out = static_cast<long double>(*i);
  else if (const auto* const u = value.as<std::uint64_t>())
    out = static_cast<long double>(*u);
  else if (const auto* const d = value.as<double>())
    out = static_cast<long double>(*d);
  else
    return nullptr;
  return &out;
}

bool equal_lists(const Value& a, const Value& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!equal(a.item(i), b.item(i))) return false;
  return true;
}

bool equal_maps(const Value& a, const Value& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Value key = a.key(i);
    const Lookup other = find(b, key);
    if (!other.found || !equal(find(a, key).value, other.value)) return false;
  }
  return true;
}

}  // namespace

Value Value::of_text(std::string text) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  const std::string_view view = *owner;
  return Value(Text{view, std::move(owner)});
}

Value Value::of_items(Items items) {
  return Value(std::make_shared<const Items>(std::move(items)));
}

Value Value::of_node(const yaml::Node& node) {
  if (node.is_null()) return {};
  if (node.is_mapping() && std::any_of(node.entries.begin(), node.entries.end(),
                                       [](const auto& entry) { return entry.value.is_null(); })) {
    // The API server drops nulls before it evaluates rules.
    Pairs pairs;
    for (const yaml::Entry& entry : node.entries)
      if (!entry.value.is_null())
        pairs.emplace_back(of_view(entry.key.scalar), of_node(entry.value));
    return Value(std::make_shared<const Pairs>(std::move(pairs)));
  }
  if (!node.is_scalar()) return Value(&node);
  if (!node.is_plain() || !node.tag.empty()) return of_view(node.scalar);
  switch (yaml::plain_type_1_1(node.scalar)) {
    case yaml::ScalarType::Null: return {};
    case yaml::ScalarType::Bool: {
      const char first = node.scalar.empty() ? 'n' : node.scalar.front();
      const bool on = node.scalar.size() == 2 && (node.scalar[1] == 'n' || node.scalar[1] == 'N');
      return Value(first == 't' || first == 'T' || first == 'y' || first == 'Y' || on);
    }
    case yaml::ScalarType::Int:
      if (const auto value = yaml::as_int(node)) return Value(*value);
      break;
    case yaml::ScalarType::Float:
      if (const auto value = yaml::as_double(node)) return Value(*value);
      break;
    case yaml::ScalarType::String: break;
  }
  return of_view(node.scalar);
}

bool Value::is_list() const {
  const yaml::Node* node = node_of(*this);
  return node != nullptr ? node->is_sequence() : as<std::shared_ptr<const Items>>() != nullptr;
}

bool Value::is_map() const {
  const yaml::Node* node = node_of(*this);
  return node != nullptr ? node->is_mapping() : as<std::shared_ptr<const Pairs>>() != nullptr;
}

std::string_view Value::text() const {
  const auto* const text = as<Text>();
  return text != nullptr ? text->view : std::string_view();
}

std::size_t Value::size() const {
  if (const yaml::Node* node = node_of(*this))
    return node->is_sequence() ? node->items.size() : node->entries.size();
  if (const auto* const items = as<std::shared_ptr<const Items>>()) return (*items)->size();
  const auto* const pairs = as<std::shared_ptr<const Pairs>>();
  return pairs != nullptr ? (*pairs)->size() : 0;
}

Value Value::item(std::size_t index) const {
  if (const yaml::Node* node = node_of(*this)) return of_node(node->items[index]);
  const auto* const items = as<std::shared_ptr<const Items>>();
  return items != nullptr ? (**items)[index] : Value();
}

Value Value::key(std::size_t index) const {
  if (const yaml::Node* node = node_of(*this)) return of_view(node->entries[index].key.scalar);
  const auto* const pairs = as<std::shared_ptr<const Pairs>>();
  return pairs != nullptr ? (**pairs)[index].first : Value();
}

std::string_view type_name(const Value& value) {
  return std::visit(
      Overloaded{[](const Null&) -> std::string_view { return "null_type"; },
                 [](const bool&) -> std::string_view { return "bool"; },
                 [](const std::int64_t&) -> std::string_view { return "int"; },
                 [](const std::uint64_t&) -> std::string_view { return "uint"; },
                 [](const double&) -> std::string_view { return "double"; },
                 [](const Text&) -> std::string_view { return "string"; },
                 [](const Bytes&) -> std::string_view { return "bytes"; },
                 [](const Duration&) -> std::string_view { return "google.protobuf.Duration"; },
                 [](const Timestamp&) -> std::string_view { return "google.protobuf.Timestamp"; },
                 [](const TypeName&) -> std::string_view { return "type"; },
                 [](const yaml::Node* node) -> std::string_view {
                   return node->is_sequence() ? "list" : "map";
                 },
                 [](const std::shared_ptr<const Items>&) -> std::string_view { return "list"; },
                 [](const std::shared_ptr<const Pairs>&) -> std::string_view { return "map"; },
                 [](const std::shared_ptr<const Url>&) -> std::string_view { return "net.URL"; },
                 [](const std::shared_ptr<const Network>& network) -> std::string_view {
                   return network->prefix < 0 ? "net.IP" : "net.CIDR";
                 },
                 [](const Quantity&) -> std::string_view { return "kubernetes.Quantity"; },
                 [](const std::shared_ptr<const Optional>&) -> std::string_view {
                   return "optional_type";
                 }},
      value.data());
}

bool equal(const Value& a, const Value& b) {
  if (a.is_list() && b.is_list()) return equal_lists(a, b);
  if (a.is_map() && b.is_map()) return equal_maps(a, b);
  if (a.as<Null>() != nullptr && b.as<Null>() != nullptr) return true;
  if (const auto* const type = a.as<TypeName>())
    return b.as<TypeName>() != nullptr && type->name == b.as<TypeName>()->name;
  if (const auto* const network = a.as<std::shared_ptr<const Network>>()) {
    const auto* const other = b.as<std::shared_ptr<const Network>>();
    return other != nullptr && (*network)->bytes == (*other)->bytes &&
           (*network)->prefix == (*other)->prefix;
  }
  if (const auto* const url = a.as<std::shared_ptr<const Url>>()) {
    const auto* const other = b.as<std::shared_ptr<const Url>>();
    return other != nullptr && (*url)->scheme == (*other)->scheme &&
           (*url)->host == (*other)->host && (*url)->path == (*other)->path &&
           (*url)->query == (*other)->query;
  }
  if (const auto* const optional = a.as<std::shared_ptr<const Optional>>()) {
    const auto* const other = b.as<std::shared_ptr<const Optional>>();
    return other != nullptr && (*optional)->present == (*other)->present &&
           (!(*optional)->present || equal((*optional)->value, (*other)->value));
  }
  return compare(a, b) == 0;
}

int compare(const Value& a, const Value& b) {
  long double left = 0;
  long double right = 0;
  if (number(a, left) != nullptr && number(b, right) != nullptr) {
    if (std::isnan(left) || std::isnan(right)) return kIncomparable;
    return three_way(left, right);
  }
  if (a.data().index() != b.data().index()) return kIncomparable;
  if (const auto* const flag = a.as<bool>()) return three_way(*flag, *b.as<bool>());
  if (a.as<Text>() != nullptr) return three_way(a.text(), b.text());
  if (const auto* const bytes = a.as<Bytes>())
    return three_way(bytes->text.view, b.as<Bytes>()->text.view);
  if (const auto* const duration = a.as<Duration>()) return three_way(*duration, *b.as<Duration>());
  if (const auto* const time = a.as<Timestamp>())
    return three_way(time->since_epoch, b.as<Timestamp>()->since_epoch);
  if (const auto* const quantity = a.as<Quantity>())
    return three_way(quantity->nanos, b.as<Quantity>()->nanos);
  return kIncomparable;
}

Lookup find(const Value& map, const Value& key) {
  if (const yaml::Node* node = node_of(map)) {
    const yaml::Node* value = key.as<Text>() != nullptr ? node->find(key.text()) : nullptr;
    if (value == nullptr) return {};
    return {true, Value::of_node(*value)};
  }
  if (const auto* const pairs = map.as<std::shared_ptr<const Pairs>>())
    for (const auto& pair : **pairs)
      if (equal(pair.first, key)) return {true, pair.second};
  return {};
}

}  // namespace egressctl::cel
