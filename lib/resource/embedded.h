// YAML inside a string of another YAML document, as ConfigMaps hold it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/yaml/load.h"
#include "lib/yaml/node.h"

namespace egressctl::resource {

// The tree of a string's YAML, with ranges in the file that holds the string: exact ones for a
// literal block (`|`); for any other style every range is that of the whole string, since escapes
// and folding leave no place to point at.
//
// Immutable; the file's Source must outlive it.
class EmbeddedYaml {
 public:
  // Reads the first document of `string`, a scalar. Findings of reading have ranges in the file,
  // too. nullptr when there is no document or it can't be read.
  [[nodiscard]] static std::shared_ptr<const EmbeddedYaml> parse(const yaml::Node& string,
                                                                 Diagnostics& diagnostics);

  EmbeddedYaml(const EmbeddedYaml&) = delete;
  EmbeddedYaml& operator=(const EmbeddedYaml&) = delete;

  [[nodiscard]] const yaml::Node& root() const { return root_; }

  // Whether ranges inside are exact, not those of the whole string.
  [[nodiscard]] bool exact() const { return exact_; }

 private:
  EmbeddedYaml(const yaml::Node& string, Diagnostics& diagnostics);

  [[nodiscard]] SourceRange relocate(SourceRange range) const;
  [[nodiscard]] yaml::Node relocate(const yaml::Node& node);
  [[nodiscard]] std::span<const yaml::Node> relocate(std::span<const yaml::Node> items);
  [[nodiscard]] std::span<const yaml::Entry> relocate(std::span<const yaml::Entry> entries);

  SourceRange whole_;  // of the string
  bool exact_ = false;
  std::optional<Source> text_;
  std::vector<yaml::Document> documents_;
  std::deque<std::vector<yaml::Node>> items_;
  std::deque<std::vector<yaml::Entry>> entries_;
  // What aliases share stays shared.
  std::unordered_map<const void*, std::span<const yaml::Node>> known_items_;
  std::unordered_map<const void*, std::span<const yaml::Entry>> known_entries_;
  yaml::Node root_;
};

}  // namespace egressctl::resource
