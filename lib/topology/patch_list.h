// Edits a list in the way that the operation of an EnvoyFilter says.
//
// Source: istio/istio pilot/pkg/networking/core/envoyfilter/util.go.
#pragma once

#include <algorithm>
#include <vector>

#include "lib/topology/patch_value.h"
#include "lib/topology/patches.h"

namespace egressctl::topology {

[[nodiscard]] inline bool is_merge(resource::PatchOperation operation) {
  return operation == resource::PatchOperation::Merge ||
         operation == resource::PatchOperation::MergeAndReplaceList;
}

// The value of a patch; a null where it has none.
[[nodiscard]] inline PatchValue value_of(const Patch& patch) {
  static const yaml::Node kNothing;
  return {patch.value() != nullptr ? *patch.value() : kNothing, patch.cause(),
          patch.operation == resource::PatchOperation::MergeAndReplaceList};
}

// Adds to, inserts into, replaces in or removes from `items`. `named`: the patch names an item,
// without which nothing is replaced or removed and the insertion is at an end of the list.
template <typename T, typename IsMatch>
void edit_list(const Patch& patch, bool named, IsMatch is_match, std::vector<T>& items) {
  using resource::PatchOperation;
  const auto found = [&] { return std::find_if(items.begin(), items.end(), is_match); };
  switch (patch.operation) {
    case PatchOperation::Add: items.push_back(value_of(patch).made<T>()); return;
    case PatchOperation::InsertFirst:
      items.insert(items.begin(), value_of(patch).made<T>());
      return;
    case PatchOperation::InsertAfter:
      if (!named) {
        items.push_back(value_of(patch).made<T>());
      } else if (const auto place = found(); place != items.end()) {
        items.insert(place + 1, value_of(patch).made<T>());
      }
      return;
    case PatchOperation::InsertBefore:
      if (!named) {
        items.insert(items.begin(), value_of(patch).made<T>());
      } else if (const auto place = found(); place != items.end()) {
        items.insert(place, value_of(patch).made<T>());
      }
      return;
    case PatchOperation::Replace:
      if (const auto place = found(); named && place != items.end())
        *place = value_of(patch).made<T>();
      return;
    case PatchOperation::Remove:
      if (named) std::erase_if(items, is_match);
      return;
    default: return;
  }
}

}  // namespace egressctl::topology
