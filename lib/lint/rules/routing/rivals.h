// Finds, among things that some namespace sees together, one that differs from another.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "lib/mesh/visibility.h"

namespace egressctl::lint::rules {

// Things with equal keys are no rivals of each other. Each question takes constant time for a
// namespace that the thing is exported to.
template <typename Item, typename Key>
class Rivals {
 public:
  void add(const mesh::Visibility& visibility, const Key& key, const Item* item) {
    if (visibility.everyone()) return everyone_.add(key, item);
    for (const std::string_view name_space : visibility.namespaces()) {
      by_namespace_[name_space].add(key, item);
      some_.add(key, item);
    }
  }

  // A thing with another key that some namespace sees together with the one described; of several
  // the first that was added, those of the same namespace before those for everyone. Else nullptr.
  [[nodiscard]] const Item* find(const mesh::Visibility& visibility, const Key& key) const {
    if (visibility.everyone()) {
      const Item* found = everyone_.other(key);
      return found != nullptr ? found : some_.other(key);
    }
    if (visibility.namespaces().empty()) return nullptr;
    for (const std::string_view name_space : visibility.namespaces())
      if (const auto group = by_namespace_.find(name_space); group != by_namespace_.end())
        if (const Item* found = group->second.other(key)) return found;
    return everyone_.other(key);
  }

 private:
  // Two things with different keys are enough to know another one for any key.
  struct Pair {
    std::optional<std::pair<Key, const Item*>> first;
    std::optional<std::pair<Key, const Item*>> second;

    void add(const Key& key, const Item* item) {
      if (!first) {
        first.emplace(key, item);
      } else if (!second && !(first->first == key)) {
        second.emplace(key, item);
      }
    }

    [[nodiscard]] const Item* other(const Key& key) const {
      if (first && !(first->first == key)) return first->second;
      return second ? second->second : nullptr;
    }
  };

  Pair everyone_;
  Pair some_;  // of all namespaces
  std::unordered_map<std::string_view, Pair> by_namespace_;
};

}  // namespace egressctl::lint::rules
