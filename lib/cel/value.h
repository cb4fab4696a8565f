// A value of CEL, the Common Expression Language.
//
// Values are cheap to copy: what is long is shared, or stays in the YAML tree that it came from and
// is valid as long as that is. Immutable.
// Source: github.com/google/cel-spec (Values), Kubernetes "Common Expression Language in
// Kubernetes".
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lib/yaml/node.h"

namespace egressctl::cel {

class Value;

struct Null {
  bool operator==(const Null&) const = default;
};

// Text in UTF-8: a view into the YAML tree or the program, or text made by a function.
struct Text {
  std::string_view view;
  std::shared_ptr<const std::string> owner;
};

struct Bytes {
  Text text;
};

using Duration = std::chrono::nanoseconds;

// Nanoseconds since 1970, UTC.
struct Timestamp {
  std::chrono::nanoseconds since_epoch{};
};

// The name of a type: "int", "string", "list", ...
struct TypeName {
  std::string_view name;
};

// The parts of a URL as Go's net/url splits it.
struct Url {
  std::string scheme;
  std::string host;  // with the port
  std::string path;  // escaped
  std::vector<std::pair<std::string, std::string>> query;
};

// An address, or with `prefix` a network.
struct Network {
  std::vector<std::uint8_t> bytes;  // 4 or 16
  int prefix = -1;
  std::string text;  // as written
};

// A quantity of Kubernetes, in nanos.
struct Quantity {
  long double nanos = 0;
};

using Items = std::vector<Value>;
using Pairs = std::vector<std::pair<Value, Value>>;

struct Optional;

class Value {
 public:
  using Data =
      std::variant<Null, bool, std::int64_t, std::uint64_t, double, Text, Bytes, Duration,
                   Timestamp, TypeName, const yaml::Node*, std::shared_ptr<const Items>,
                   std::shared_ptr<const Pairs>, std::shared_ptr<const Url>,
                   std::shared_ptr<const Network>, Quantity, std::shared_ptr<const Optional>>;

  Value() = default;
  explicit Value(bool value) : data_(value) {}
  explicit Value(std::int64_t value) : data_(value) {}
  explicit Value(std::uint64_t value) : data_(value) {}
  explicit Value(double value) : data_(value) {}
  template <typename T>
  explicit Value(T value) : data_(std::move(value)) {}

  // Of text that outlives the value, or of new text.
  [[nodiscard]] static Value of_view(std::string_view text) { return Value(Text{text, nullptr}); }
  [[nodiscard]] static Value of_text(std::string text);
  [[nodiscard]] static Value of_items(Items items);

  // Of a YAML value: plain scalars are what kubectl sends for them; mappings and lists stay where
  // they are, and so must `node`.
  [[nodiscard]] static Value of_node(const yaml::Node& node);

  template <typename T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&data_);
  }
  [[nodiscard]] const Data& data() const { return data_; }

  [[nodiscard]] bool is_list() const;
  [[nodiscard]] bool is_map() const;

  // The view of a Text; empty for others.
  [[nodiscard]] std::string_view text() const;

  // Of a list or a map; 0 for others.
  [[nodiscard]] std::size_t size() const;

  // Of a list, by an index below size().
  [[nodiscard]] Value item(std::size_t index) const;

  // Of a map, by an index below size(), in the order of the source.
  [[nodiscard]] Value key(std::size_t index) const;

 private:
  Data data_;
};

// A value that may be missing.
struct Optional {
  bool present = false;
  Value value;
};

// "int", "string", "list", "map", "null_type", "google.protobuf.Duration", ...
[[nodiscard]] std::string_view type_name(const Value& value);

// CEL's `==`: numbers are equal over types, lists and maps by their items.
[[nodiscard]] bool equal(const Value& a, const Value& b);

// Below 0, 0 or above 0 as `a` is less than, equal to or greater than `b`; 2 when they can't be
// compared.
[[nodiscard]] int compare(const Value& a, const Value& b);

// A map's value for a key, or nullptr in `found`.
struct Lookup {
  bool found = false;
  Value value;
};
[[nodiscard]] Lookup find(const Value& map, const Value& key);

}  // namespace egressctl::cel
