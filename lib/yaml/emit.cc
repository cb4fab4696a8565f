#include "lib/yaml/emit.h"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "lib/yaml/scalar.h"

namespace egressctl::yaml {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Only text that can't be anything but itself stays plain: letters, digits and a few signs that
// mean nothing to YAML in the middle of a word.
bool may_be_plain(std::string_view text) {
  if (text.empty() || !(is_letter(text.front()) || text.front() == '/' || is_digit(text.front())))
    return false;
  const auto harmless = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '/' || c == '+';
  };
  if (!std::all_of(text.begin(), text.end(), harmless)) return false;
  return plain_type_1_1(text) == ScalarType::String && !is_timestamp_1_1(text) &&
         scalar_type(Node{.kind = NodeKind::Scalar,
                          .style = Style::Plain,
                          .from_alias = false,
                          .range = {},
                          .tag = {},
                          .scalar = text,
                          .items = {},
                          .entries = {}}) == ScalarType::String;
}

// Code points that some reader takes for a line break or refuses: C1 controls with NEL, the line
// and paragraph separators, the byte order mark, and the non-characters at the end of the plane.
bool needs_escape(char32_t c) {
  return (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE ||
         c == 0xFFFF;
}

std::string_view short_escape(char c) {
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\t': return "\\t";
    case '\r': return "\\r";
    default: return {};
  }
}

struct CodePoint {
  char32_t value = 0;
  std::size_t size = 1;
};

CodePoint code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xE0) return {((lead & 0x1FU) << 6U) | (byte(1) & 0x3FU), 2};
  if (lead < 0xF0)
    return {((lead & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU), 3};
  return {((lead & 0x07U) << 18U) | ((byte(1) & 0x3FU) << 12U) | ((byte(2) & 0x3FU) << 6U) |
              (byte(3) & 0x3FU),
          4};
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const CodePoint point = code_point(text);
    const std::string_view escape = point.size == 1 ? short_escape(text.front()) : "";
    if (!escape.empty())
      out += escape;
    else if (point.value < 0x20 || (needs_escape(point.value) && point.value < 0x100))
      out += fmt::format("\\x{:02X}", static_cast<unsigned>(point.value));
    else if (needs_escape(point.value))
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(point.value));
    else
      out += text.substr(0, point.size);
    text.remove_prefix(std::min(point.size, text.size()));
  }
  return out + "\"";
}

std::string emit_key(const std::string& key) {
  return emit_string(key);
}

// The value on one line.
std::string on_one_line(const Value& value) {
  return std::visit(
      [](const auto& data) -> std::string {
        using T = std::decay_t<decltype(data)>;
        if constexpr (std::is_same_v<T, std::monostate>) return "null";
        if constexpr (std::is_same_v<T, bool>) return data ? "true" : "false";
        if constexpr (std::is_same_v<T, std::int64_t>) return fmt::format("{}", data);
        if constexpr (std::is_same_v<T, std::string>) return emit_string(data);
        if constexpr (std::is_same_v<T, Value::Sequence>) {
          std::string out = "[";
          for (const Value& item : data) out += (out.size() > 1 ? ", " : "") + on_one_line(item);
          return out + "]";
        }
        if constexpr (std::is_same_v<T, Value::Mapping>) {
          std::string out = "{";
          for (const auto& [key, item] : data)
            out += (out.size() > 1 ? ", " : "") + emit_key(key) + ": " + on_one_line(item);
          return out + "}";
        }
      },
      value.data());
}

// An item a line behind the opening bracket, which stands where the line already is.
std::string broken(char open, char close, const std::vector<std::pair<std::string, Value>>& parts,
                   std::size_t indent, std::size_t width) {
  std::string out(1, open);
  for (const auto& [key, item] : parts) {
    out += out.size() > 1 ? ",\n" : "\n";
    out += std::string(indent, ' ') + key;
    out += emit_flow(item, indent + key.size(), indent + 2, width);
  }
  return out + close;
}

}  // namespace

std::string emit_string(std::string_view text) {
  return may_be_plain(text) ? std::string(text) : double_quoted(text);
}

std::string emit_flow(const Value& value, std::size_t column, std::size_t indent,
                      std::size_t width) {
  std::string line = on_one_line(value);
  if (column + line.size() <= width) return line;
  std::vector<std::pair<std::string, Value>> parts;
  if (const auto* items = std::get_if<Value::Sequence>(&value.data())) {
    for (const Value& item : *items) parts.emplace_back("", item);
    return parts.empty() ? line : broken('[', ']', parts, indent, width);
  }
  if (const auto* entries = std::get_if<Value::Mapping>(&value.data())) {
    for (const auto& [key, item] : *entries) parts.emplace_back(emit_key(key) + ": ", item);
    return parts.empty() ? line : broken('{', '}', parts, indent, width);
  }
  return line;
}

}  // namespace egressctl::yaml
