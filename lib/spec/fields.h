// Reads the keys of one mapping by its table, and reports whatever does not fit the table.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/spec/spec.h"
#include "lib/spec/tables.h"
#include "lib/yaml/node.h"

namespace egressctl::spec {

// The keys of one mapping. Every reader returns nothing both when the key is not there and when
// its value was reported; a key must be one of the table's. The table, the node and the
// diagnostics must outlive it.
class Fields {
 public:
  // Reports the node's unknown keys and the keys it lacks. Of a `node` that is no mapping nothing
  // can be read; reporting it is up to the caller. `path` is the node's own, for messages:
  // "spec.gateway"; empty for a document. Keys that only one `via` needs are left to
  // lib/spec/contradictions.h. `document` is the table of the whole document.
  Fields(const yaml::Node& node, const Table& table, std::string path, Diagnostics& diagnostics,
         const Table& document = document_table());

  // Whether there is a mapping to read.
  [[nodiscard]] bool is_mapping() const { return node_ != nullptr; }

  // The value of `key` as it stands there, or nullptr.
  [[nodiscard]] const yaml::Node* node(std::string_view key) const;

  // Where the mapping is, for messages: "spec.gateway"; empty for a document.
  [[nodiscard]] const std::string& path() const { return path_; }

  // Where `key` is, for messages: "spec.gateway.port".
  [[nodiscard]] std::string path(std::string_view key) const;

  // A place that stands for the whole mapping: its first key when it is in block style.
  [[nodiscard]] SourceRange range() const;

  // Of the whole mapping; not known when there is none.
  [[nodiscard]] SourceRange whole_range() const;

  [[nodiscard]] std::optional<Located<std::string>> text(std::string_view key);
  [[nodiscard]] std::optional<Located<bool>> flag(std::string_view key);
  [[nodiscard]] std::optional<Located<int>> integer(std::string_view key);
  [[nodiscard]] std::optional<Located<int>> seconds(std::string_view key);
  [[nodiscard]] std::optional<Located<std::chrono::milliseconds>> time(std::string_view key);
  [[nodiscard]] std::optional<Located<std::string>> quantity(std::string_view key);
  [[nodiscard]] std::optional<Located<IstioVersion>> version(std::string_view key);
  [[nodiscard]] std::optional<std::map<std::string, std::string>> labels(std::string_view key);
  [[nodiscard]] std::vector<Located<std::string>> texts(std::string_view key);
  [[nodiscard]] std::vector<Located<int>> integers(std::string_view key);

  // The value of the word that stands at `key`.
  template <typename E>
  [[nodiscard]] std::optional<Located<E>> choice(std::string_view key) {
    const auto found = word(key);
    if (!found) return std::nullopt;
    return Located<E>{static_cast<E>((**found)->value), found->range};
  }

  // The word itself.
  [[nodiscard]] std::optional<Located<const Word*>> word(std::string_view key);

  // The mapping at `key`; one from which nothing can be read when there is none.
  [[nodiscard]] Fields mapping(std::string_view key);

  // The mappings of the list at `key`; items that are none are reported and left out.
  [[nodiscard]] std::vector<Fields> mappings(std::string_view key);

 private:
  Fields(const Table& table, std::string path, Diagnostics& diagnostics, const Table& document);

  // Returns the keys that were meant by the unknown ones, where that can be told.
  std::vector<std::string_view> report_unknown_keys();
  void report_missing_keys(std::span<const std::string_view> meant);
  void report_empty(const Field& field, const yaml::Node& value);
  [[nodiscard]] const yaml::Node* list(const Field& field);
  [[nodiscard]] std::optional<Located<std::string>> text_of(const Field& field,
                                                            const yaml::Node& value,
                                                            const std::string& path);
  [[nodiscard]] std::optional<Located<int>> integer_of(const Field& field, const yaml::Node& value,
                                                       const std::string& path);
  [[nodiscard]] std::optional<Located<int>> in_range(const Field& field, std::int64_t number,
                                                     const yaml::Node& value,
                                                     const std::string& path);

  const yaml::Node* node_ = nullptr;  // nullptr: no mapping
  const Table* table_;
  std::string path_;
  Diagnostics* diagnostics_;
  const Table* document_;
};

}  // namespace egressctl::spec
