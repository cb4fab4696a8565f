// YAML trees as JSON.
#include <charconv>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "lib/yaml/emit.h"
#include "lib/yaml/scalar.h"

namespace egressctl::yaml {
namespace {

using Json = nlohmann::ordered_json;

// go-yaml's integers: `_` between digits, octal behind a plain 0, no base 60.
Json int_json(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != '_') digits += c;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.erase(0, 1);
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    const char mark = digits[1];
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    digits.erase(0, mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
  }
  std::int64_t value = 0;
  const char* const stop = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), stop, value, base);
  if (error != std::errc() || end != stop || digits.empty()) return std::string(text);
  return negative ? -value : value;
}

Json scalar_json(const Node& node) {
  if (!node.is_plain()) return std::string(node.scalar);
  // go-yaml's reading, which is what kubectl sends: yes is true, 0777 is octal.
  switch (plain_type_1_1(node.scalar)) {
    case ScalarType::Null: return nullptr;
    case ScalarType::Bool: {
      const char first = node.scalar.front();
      const bool on = first == 'o' || first == 'O';
      return on ? node.scalar.size() == 2
                : first == 't' || first == 'T' || first == 'y' || first == 'Y';
    }
    case ScalarType::Int: return int_json(node.scalar);
    case ScalarType::Float:
      if (const auto number = as_double(node); number && *number - *number == 0) return *number;
      return std::string(node.scalar);
    case ScalarType::String: break;
  }
  return std::string(node.scalar);
}

Json tree_json(const Node& node) {
  switch (node.kind) {
    case NodeKind::Null: return nullptr;
    case NodeKind::Scalar: return scalar_json(node);
    case NodeKind::Sequence: {
      Json list = Json::array();
      for (const Node& item : node.items) list.push_back(tree_json(item));
      return list;
    }
    case NodeKind::Mapping: break;
  }
  Json object = Json::object();
  for (const Entry& entry : node.entries)
    object[std::string(entry.key.scalar)] = tree_json(entry.value);
  return object;
}

}  // namespace

std::string to_json(const Node& node, std::size_t indent) {
  return tree_json(node).dump(static_cast<int>(indent), ' ', false, Json::error_handler_t::replace);
}

}  // namespace egressctl::yaml
