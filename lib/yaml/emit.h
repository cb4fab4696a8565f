// Writes values as YAML that every reader reads back as the same values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lib/yaml/node.h"

namespace egressctl::yaml {

// A value to be written. Mappings keep the order in which keys were added.
class Value {
 public:
  using Sequence = std::vector<Value>;
  using Mapping = std::vector<std::pair<std::string, Value>>;

  Value() = default;  // null
  Value(std::string text) : data_(std::move(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(bool flag) : data_(flag) {}
  Value(std::int64_t number) : data_(number) {}
  Value(int number) : data_(static_cast<std::int64_t>(number)) {}
  Value(Sequence items) : data_(std::move(items)) {}
  Value(Mapping entries) : data_(std::move(entries)) {}

  [[nodiscard]] const auto& data() const { return data_; }
  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }

 private:
  std::variant<std::monostate, bool, std::int64_t, std::string, Sequence, Mapping> data_;
};

// `text` as a YAML scalar on one line that YAML 1.1 and 1.2 readers (go-yaml v2 and v3, libyaml,
// yaml-cpp) all read back as that very string: plain when no reader takes it for anything else, in
// flow context too; else double-quoted. `text` must be UTF-8.
[[nodiscard]] std::string emit_string(std::string_view text);

// `value` in flow style. When it would pass column `width` (its first byte stands at 0-based
// `column`), a collection is broken after its commas, an item a line, each indented by `indent`.
[[nodiscard]] std::string emit_flow(const Value& value, std::size_t column = 0,
                                    std::size_t indent = 2, std::size_t width = 100);

// `node` as JSON (RFC 8259), pretty-printed with `indent` spaces a level, the first line not
// indented. Plain scalars become what go-yaml makes of them (`yes` is true), so that the JSON means
// what kubectl would send for the YAML. Keys become strings; NaN and infinity, strings.
[[nodiscard]] std::string to_json(const Node& node, std::size_t indent = 2);

}  // namespace egressctl::yaml
