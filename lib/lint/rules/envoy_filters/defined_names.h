// What all EnvoyFilters of the set define and refer to. Whether they apply to the same proxies is
// another question.
#pragma once

#include <string_view>
#include <unordered_set>
#include <vector>

#include "lib/envoy/names.h"
#include "lib/lint/context.h"

namespace egressctl::lint::rules {

// Immutable once built; see Context::shared. Points into the context.
class DefinedNames {
 public:
  struct Names {
    std::unordered_set<std::string_view> set;
    std::vector<std::string_view> list;  // each once, in the order of the input
  };

  explicit DefinedNames(const Context& in);

  // One for each EnvoyFilter, in the order of the input.
  [[nodiscard]] const std::vector<envoy::PatchNames>& of_filters() const { return of_filters_; }

  [[nodiscard]] const Names& clusters() const { return clusters_; }
  [[nodiscard]] const Names& internal_listeners() const { return internal_listeners_; }

 private:
  std::vector<envoy::PatchNames> of_filters_;
  Names clusters_;
  Names internal_listeners_;
};

}  // namespace egressctl::lint::rules
