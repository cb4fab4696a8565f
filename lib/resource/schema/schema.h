// What the objects of a kind may look like: the structure that an API server checks.
//
// Source: Kubernetes "Extend the Kubernetes API with CustomResourceDefinitions" (structural
// schemas) and the OpenAPI validation words of apiextensions.k8s.io/v1 JSONSchemaProps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/source.h"
#include "lib/cel/program.h"
#include "lib/yaml/load.h"
#include "lib/yaml/node.h"

namespace re2 {
class RE2;
}

namespace egressctl::resource {

enum class Type : std::uint8_t {
  Any,  // no check at all
  Object,
  Map,  // an object of entries that are all alike
  List,
  String,
  Integer,
  Decimal,
  Bool,
  IntOrString,
};

// A narrower type.
enum class Format : std::uint8_t {
  None,
  Int32,
  Int64,
  IstioDuration,  // 1 ms or more: "1h30m", "1.5s"
  AnyDuration,    // any sign and size
  Timestamp,      // RFC 3339
  Bytes,          // base64
  Ipv4,
  Ipv6,
  Quantity,  // of Kubernetes: a number, or a string such as "100m" and "1Gi"
};

struct Schema;

struct Property {
  std::string name;
  const Schema* schema = nullptr;
  bool required = false;
};

// Inclusive bounds of a value, or of a size: code points, items or entries.
struct Bounds {
  std::optional<double> minimum;
  std::optional<double> maximum;
  bool above_minimum = false;  // the minimum itself is out of bounds
  bool below_maximum = false;
};

// A regular expression in RE2's syntax that must match somewhere in a string.
struct Pattern {
  std::string text;
  std::shared_ptr<const re2::RE2> compiled;  // nullptr when RE2 does not take it: not checked then
};

// A condition in CEL over the value, which is `self`.
struct Rule {
  std::string condition;
  std::string message;  // what must hold, or what is wrong; may be empty
  std::optional<cel::Program> program;
  std::optional<cel::Program> message_program;  // makes a message in place of `message`
};

// The schema of one value. Immutable once its SchemaSet is made.
struct Schema {
  Type type = Type::Any;
  Format format = Format::None;
  bool open = false;      // Object: other fields than `properties` are kept, too
  bool protobuf = false;  // read as protobuf's JSON: snake_case names and "443" for 443 will do
  Bounds bounds;          // Integer and Decimal: the value; else the size
  std::vector<Property> properties;            // Object: sorted by name
  const Schema* items = nullptr;               // List: of every item; Map: of every value
  std::vector<std::string> words;              // String: the values that it may have; empty: all
  std::optional<Pattern> pattern;              // String
  std::vector<std::vector<std::string>> keys;  // List: fields that no two items have alike
  bool distinct = false;                       // List: no two items are equal
  std::vector<std::vector<std::string>> at_most_one;  // Object: fields that exclude each other
  std::vector<Rule> rules;
  const yaml::Node* default_value = nullptr;  // of a property that is left out; of its set
  bool has_defaults = false;                  // here or below

  // Schemas that the value must match besides: all of the first, one or more of the second, exactly
  // one of the third, not the last. They tell nothing about unknown fields.
  std::vector<const Schema*> all_of;
  std::vector<const Schema*> any_of;
  std::vector<const Schema*> one_of;
  const Schema* none_of = nullptr;

  // The property of that name, or nullptr.
  [[nodiscard]] const Property* find(std::string_view name) const;
};

// One served version of a kind.
struct SchemaVersion {
  std::string name;  // "v1"
  const Schema* root = nullptr;
};

struct KindSchema {
  std::string group;
  std::string name;
  std::vector<SchemaVersion> versions;  // in the order of their source; all are served

  // The version of that name, or nullptr.
  [[nodiscard]] const SchemaVersion* find(std::string_view version) const;
};

// The schemas of kinds, found by group and name. They live as long as the set, which may be moved.
class SchemaSet {
 public:
  SchemaSet() = default;
  SchemaSet(const SchemaSet&) = delete;
  SchemaSet& operator=(const SchemaSet&) = delete;
  SchemaSet(SchemaSet&&) = default;
  SchemaSet& operator=(SchemaSet&&) = default;

  [[nodiscard]] const KindSchema* find(std::string_view group, std::string_view name) const;

  // In the order in which they were added.
  [[nodiscard]] const std::deque<KindSchema>& kinds() const { return kinds_; }

  // A new schema, to be filled in by whoever makes the set.
  [[nodiscard]] Schema& make();

  // The schema of that name, which may be defined later.
  [[nodiscard]] Schema& name(std::string_view name);

  // The same for whoever defines it; nullptr when that was done before.
  [[nodiscard]] Schema* define(std::string_view name);

  // Names that were used and not defined.
  [[nodiscard]] std::vector<std::string> undefined_names() const;

  // The schema of that name, or nullptr.
  [[nodiscard]] const Schema* named(std::string_view name) const;

  // A copy of a value that lives as long as the set; its ranges tell nothing.
  [[nodiscard]] const yaml::Node& keep(const yaml::Node& node);

  // The kind of that group and name, added without a version when it is not there yet.
  KindSchema& add(std::string_view group, std::string_view name);

 private:
  // The text of a value and its tree.
  struct Kept {
    explicit Kept(std::string json);
    Source source;
    std::vector<yaml::Document> documents;
  };

  std::deque<Schema> schemas_;
  std::deque<Kept> kept_;
  std::deque<KindSchema> kinds_;
  struct Named {
    Schema* schema = nullptr;
    bool defined = false;
  };

  Named& named_entry(std::string_view name);

  std::unordered_map<std::string, Named> names_;
  std::unordered_map<std::string_view, std::vector<const KindSchema*>> by_name_;
};

// The metadata of every object: the type of that name.
inline constexpr std::string_view kMetadataType = "ObjectMeta";

// Compiles a rule. Fails with "offset 12: ..." when the condition is not CEL that we know.
[[nodiscard]] Result<Rule> make_rule(std::string condition, std::string message);

// Compiles a pattern as API servers do (Go's syntax).
[[nodiscard]] Pattern make_pattern(std::string_view text);

}  // namespace egressctl::resource
