// The walk of check_structure() over one value and its schema.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/resource/schema/schema.h"
#include "lib/yaml/node.h"

namespace egressctl::resource {

// Where a value stands: a field of a mapping or an item of a list. Lives on the stack while the
// value is looked at; paths are put together for findings only.
struct Place {
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);

  const Place* parent = nullptr;
  std::string_view key;  // of the root: a prefix for all paths
  std::size_t index = kNoIndex;
  SourceRange key_range;  // of the key; not known for items and the root

  // "spec.servers[0].tls".
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::string path(std::string_view below) const;  // of a field below
};

// Walks a value and reports what does not fit.
class StructureWalk {
 public:
  StructureWalk(const Schema& root, const ResourceName& resource, Diagnostics& diagnostics)
      : root_(root), resource_(resource), diagnostics_(diagnostics) {}

  void value(const yaml::Node& node, const Schema& schema, const Place& place);

 private:
  void object(const yaml::Node& node, const Schema& schema, const Place& place);
  // Returns the field that was meant, if any, which is not missing then.
  [[nodiscard]] std::string unknown_field(const yaml::Node& node, const yaml::Entry& entry,
                                          const Schema& schema, const Place& place);
  void missing_fields(const yaml::Node& node, const Schema& schema,
                      const std::vector<std::string>& misspelt, const Place& place);
  void exclusive_fields(const yaml::Node& node, const Schema& schema, const Place& place);
  void map(const yaml::Node& node, const Schema& schema, const Place& place);
  void list(const yaml::Node& node, const Schema& schema, const Place& place);
  void repeated_items(const yaml::Node& node, const std::vector<std::string>& keys,
                      const Place& place);
  void text(const yaml::Node& node, const Schema& schema, const Place& place);
  void format(const yaml::Node& node, const Schema& schema, const Place& place);
  void word(const yaml::Node& node, const Schema& schema, const Place& place);
  void integer(const yaml::Node& node, const Schema& schema, const Place& place);
  void number(const yaml::Node& node, const Schema& schema, const Place& place);
  void quantity(const yaml::Node& node, const Place& place);
  void bounds(const yaml::Node& node, double value, const Schema& schema, const Place& place);
  void size(const yaml::Node& node, std::size_t size, std::string_view unit, const Schema& schema,
            const Place& place);
  void rules(const yaml::Node& node, const Schema& schema, const Place& place);
  [[nodiscard]] static std::string rule_message(const Rule& rule, const cel::Value& self);
  void alternatives(const yaml::Node& node, const Schema& schema, const Place& place);
  [[nodiscard]] bool fits(const yaml::Node& node, const Schema& schema, const Place& place) const;
  void wrong_type(const yaml::Node& node, const Place& place, std::string_view expected);

  template <typename... Args>
  Diagnostics::Builder report(const RuleId& rule, SourceRange range, std::string field,
                              fmt::format_string<Args...> format, Args&&... args) {
    auto builder = diagnostics_.report(rule, range, format, std::forward<Args>(args)...);
    builder.field(std::move(field)).resource(resource_);
    return builder;
  }

  const Schema& root_;
  const ResourceName& resource_;
  Diagnostics& diagnostics_;
  std::size_t beside_ = 0;  // findings that leave the rest of the value as it was meant
  bool protobuf_ = false;   // inside of what is read as protobuf's JSON
};

}  // namespace egressctl::resource
