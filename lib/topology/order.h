// The order in which istiod looks at resources of one kind.
//
// Source: istio/istio pilot/pkg/model/config.go (configCompareByCreationTime).
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "lib/mesh/mesh.h"

namespace egressctl::topology {

// When a resource was made, so that comparing texts compares times; one that does not say is taken
// for the newest, as what is yet to be applied.
[[nodiscard]] inline std::string_view creation_time(const resource::Resource& resource) {
  const std::string_view time = *resource.metadata.creation_timestamp;
  return time.empty() ? std::string_view("~") : time;
}

// All resources of a kind: the oldest first, then by name, then by namespace.
[[nodiscard]] inline std::vector<const resource::Resource*> by_age(const mesh::Mesh& mesh,
                                                                   resource::Kind kind) {
  std::vector<const resource::Resource*> out = mesh.all(kind);
  std::stable_sort(out.begin(), out.end(), [&](const auto* a, const auto* b) {
    if (const int order = creation_time(*a).compare(creation_time(*b)); order != 0)
      return order < 0;
    if (const int order = a->metadata.name->compare(*b->metadata.name); order != 0)
      return order < 0;
    return mesh.namespace_of(*a) < mesh.namespace_of(*b);
  });
  return out;
}

}  // namespace egressctl::topology
