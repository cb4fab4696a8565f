// Reads the fields of one mapping leniently: a value of the wrong type makes a finding and counts
// as its type's default (a scalar keeps what can be made of it), and reading goes on.
//
// Unknown fields are no concern of this reader. Not safe to share between threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "lib/base/diagnostic.h"
#include "lib/resource/positioned.h"
#include "lib/resource/value_type.h"
#include "lib/yaml/node.h"

namespace egressctl::resource {

// A word of the API and the enumerator it stands for.
template <typename E>
struct Word {
  std::string_view text;
  E value;
};

// What the reading of one resource shares.
struct ReadContext {
  Diagnostics& diagnostics;
  ResourceName resource;  // put into every finding

  // When set, takes the path of every field that a reader asks for, present or not: "spec.hosts[]"
  // for list items, "metadata.labels{}" for map entries. Lists and maps that are absent are read as
  // if they had one empty entry, so an empty document shows all. For comparing readers with
  // schemas.
  std::set<std::string>* asked = nullptr;

  // Whether a wrong type is a finding. Where check_structure() reads the same resource it makes
  // those findings, and makes them of all fields.
  bool report_wrong_types = true;
};

// One mapping being read, and the way to it from the root. Lives on the stack while its parent
// does.
class Fields {
 public:
  // The fields of a resource's root. `prefix` is put before the paths of findings, as it is.
  Fields(const yaml::Node& node, ReadContext& context, std::string_view prefix = {});
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  [[nodiscard]] SourceRange range() const { return range_; }
  [[nodiscard]] ReadContext& context() const { return context_; }
  [[nodiscard]] const yaml::Node& node() const { return node_; }

  // Whether the field is there and not null.
  [[nodiscard]] bool has(std::string_view key) const;

  // Scalars. A YAML 1.1 bool or number that stands unquoted for a string is a wrong type, because
  // kubectl sends it as such; its text is kept.
  [[nodiscard]] Text text(std::string_view key) const;
  [[nodiscard]] Number number(std::string_view key) const;
  [[nodiscard]] Real real(std::string_view key) const;
  [[nodiscard]] Flag flag(std::string_view key) const;  // YAML 1.1's yes and on too, as kubectl
  [[nodiscard]] Duration duration(std::string_view key) const;  // "1h30m", "1.5s", "100ms"
  [[nodiscard]] Positioned<IntOrString> int_or_string(std::string_view key) const;

  [[nodiscard]] Texts texts(std::string_view key) const;
  [[nodiscard]] List<std::int64_t> numbers(std::string_view key) const;
  [[nodiscard]] TextMap text_map(std::string_view key) const;
  [[nodiscard]] Positioned<Map<std::int64_t>> number_map(std::string_view key) const;
  [[nodiscard]] Positioned<Raw> raw(std::string_view key) const;

  // An enum by its words; any other word is E::Unknown, which is no finding here.
  template <typename E, std::size_t N>
  [[nodiscard]] Positioned<E> choice(std::string_view key, const Word<E> (&words)[N]) const {
    const Text written = text(key);
    Positioned<E> out{{}, written.range, written.key, written.node};
    if (written.present()) out.value = find_word(*written, words);
    return out;
  }

  // A mapping read by `read`, a callable from `const Fields&` to a struct. When it is absent its
  // fields are read as absent ones, so that their ranges point at this mapping.
  template <typename Read>
  [[nodiscard]] auto object(std::string_view key, const Read& read) const {
    using T = std::invoke_result_t<const Read&, const Fields&>;
    const Slot slot = find(key);
    const yaml::Node* mapping = expect(slot, key, yaml::NodeKind::Mapping, "a mapping");
    const Fields inner(*this, key, kNoIndex, mapping != nullptr ? *mapping : kAbsent, slot.range);
    return Positioned<T>{std::invoke(read, inner), slot.range, slot.key, slot.node};
  }

  // A list of mappings. An item that is none makes a finding and is read as an empty one.
  template <typename Read>
  [[nodiscard]] auto objects(std::string_view key, const Read& read) const {
    using T = std::invoke_result_t<const Read&, const Fields&>;
    const Slot slot = find(key);
    const yaml::Node* sequence = expect(slot, key, yaml::NodeKind::Sequence, "a list");
    List<T> out{{}, slot.range, slot.key, slot.node};
    if (sequence == nullptr) {
      if (context_.asked != nullptr)
        static_cast<void>(std::invoke(read, Fields(*this, key, 0, kAbsent, slot.range)));
      return out;
    }
    out.value.reserve(sequence->items.size());
    for (std::size_t i = 0; i < sequence->items.size(); ++i) {
      const yaml::Node& item = sequence->items[i];
      const Fields inner(*this, key, i, item, item.range);
      inner.expect_self("a mapping");
      out.value.push_back({std::invoke(read, inner), item.range, {}, &item});
    }
    return out;
  }

  // A map whose values are mappings.
  template <typename Read>
  [[nodiscard]] auto object_map(std::string_view key, const Read& read) const {
    using T = std::invoke_result_t<const Read&, const Fields&>;
    const Slot slot = find(key);
    const yaml::Node* mapping = expect(slot, key, yaml::NodeKind::Mapping, "a mapping");
    Positioned<Map<T>> out{{}, slot.range, slot.key, slot.node};
    const Fields inner(*this, key, kNoIndex, mapping != nullptr ? *mapping : kAbsent, slot.range);
    if (mapping == nullptr) {
      if (context_.asked != nullptr)
        static_cast<void>(std::invoke(read, Fields(inner, "{}", kNoIndex, kAbsent, slot.range)));
      return out;
    }
    for (const yaml::Entry& entry : mapping->entries) {
      if (mapping->find_entry(entry.key.scalar) != &entry) continue;
      const Fields value(inner, entry.key.scalar, kNoIndex, entry.value, entry.value.range);
      value.expect_self("a mapping");
      out.value.entries.push_back(
          {std::string(entry.key.scalar),
           {std::invoke(read, value), entry.value.range, entry.key.range, &entry.value}});
    }
    return out;
  }

 private:
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);
  static const yaml::Node kAbsent;

  struct Slot {
    const yaml::Node* node;  // nullptr when absent or null
    SourceRange range;
    SourceRange key;
  };

  Fields(const Fields& parent, std::string_view key, std::size_t index, const yaml::Node& node,
         SourceRange range);

  // Where a value stands: a field of this mapping, an item of a list field, or an entry of a map
  // field. Paths are put together only for findings.
  struct Place {
    std::string_view key;
    std::size_t index = kNoIndex;
    const yaml::Entry* entry = nullptr;
  };

  [[nodiscard]] Slot find(std::string_view key) const;
  [[nodiscard]] const yaml::Node* expect(const Slot& slot, std::string_view key,
                                         yaml::NodeKind kind, std::string_view expected) const;
  void expect_self(std::string_view expected) const;
  void wrong_type(const yaml::Node& node, const std::string& path, std::string_view expected) const;
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::string path(const Place& place) const;
  [[nodiscard]] std::string pattern() const;
  void ask(std::string_view key, std::string_view suffix) const;
  [[nodiscard]] std::string text_of(const yaml::Node& node, const Place& place) const;
  [[nodiscard]] std::int64_t number_of(const yaml::Node& node, const Place& place) const;
  template <typename T, typename Convert>
  [[nodiscard]] List<T> scalars(std::string_view key, const Convert& convert) const;
  template <typename T, typename Convert>
  [[nodiscard]] Positioned<Map<T>> scalar_map(std::string_view key, const Convert& convert) const;

  template <typename E, std::size_t N>
  [[nodiscard]] static E find_word(std::string_view text, const Word<E> (&words)[N]) {
    for (const Word<E>& word : words)
      if (word.text == text) return word.value;
    return E::Unknown;
  }

  const Fields* parent_ = nullptr;
  std::string_view key_;  // a root's prefix
  std::size_t index_ = kNoIndex;
  const yaml::Node& node_;
  SourceRange range_;
  ReadContext& context_;
};

}  // namespace egressctl::resource
