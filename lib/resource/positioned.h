// A value of a resource together with the place where the user wrote it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/source.h"
#include "lib/yaml/node.h"

namespace egressctl::resource {

// A field or list item. An absent field holds the default of its type (which is proto3's) and
// points at the mapping that lacks it. A null counts as absent and points at its key.
template <typename T>
struct Positioned {
  T value{};
  SourceRange range;                 // of the value; see above when absent
  SourceRange key;                   // of the field's name; not known for list items
  const yaml::Node* node = nullptr;  // what was written; nullptr when absent

  [[nodiscard]] bool present() const { return node != nullptr; }
  const T& operator*() const { return value; }
  const T* operator->() const { return &value; }

  // The text of a scalar as it was written (escapes undone), so that the words behind an Unknown
  // enumerator are kept. Empty when absent or no scalar.
  [[nodiscard]] std::string_view text() const {
    return node != nullptr && node->is_scalar() ? node->scalar : std::string_view();
  }
};

template <typename T>
using List = Positioned<std::vector<Positioned<T>>>;

// An entry of a map; `key` of the Positioned is where the name stands.
template <typename T>
struct Named {
  std::string name;
  Positioned<T> entry;
};

// A map in the order of the source. Names are unique: the last of equal ones counts.
template <typename T>
struct Map {
  std::vector<Named<T>> entries;

  // The entry of that name, or nullptr.
  [[nodiscard]] const Positioned<T>* find(std::string_view name) const {
    for (const Named<T>& named : entries)
      if (named.name == name) return &named.entry;
    return nullptr;
  }
  [[nodiscard]] bool empty() const { return entries.empty(); }
  [[nodiscard]] std::size_t size() const { return entries.size(); }
  [[nodiscard]] auto begin() const { return entries.begin(); }
  [[nodiscard]] auto end() const { return entries.end(); }
};

// A part that is kept as it was written; read it through the Positioned's node.
struct Raw {};

// A number or a name, as Kubernetes' IntOrString.
struct IntOrString {
  bool is_number = false;
  std::int64_t number = 0;
  std::string text;  // "http", "50%"; the digits of a number
};

using Text = Positioned<std::string>;
using Number = Positioned<std::int64_t>;
using Real = Positioned<double>;
using Flag = Positioned<bool>;
using Duration = Positioned<std::chrono::nanoseconds>;
using Texts = List<std::string>;
using TextMap = Positioned<Map<std::string>>;

}  // namespace egressctl::resource
