// ReferenceGrants: what a resource may name in another namespace.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/mesh.h"

namespace egressctl::mesh::gateway_api {

// A group and kind; the core group is empty.
struct GroupKind {
  std::string_view group;
  std::string_view kind;

  bool operator==(const GroupKind&) const = default;
};

// The kind that a reference means, with the defaults for what it leaves out.
[[nodiscard]] GroupKind kind_of(const resource::Text& group, const resource::Text& kind,
                                GroupKind absent);

// Immutable; points into the mesh.
class Grants {
 public:
  explicit Grants(const Mesh& mesh);

  // Whether a resource of that kind and namespace may name that object. Always, in its own one.
  [[nodiscard]] bool allow(GroupKind from, std::string_view from_namespace, GroupKind to,
                           std::string_view to_namespace, std::string_view name) const;

 private:
  std::unordered_map<std::string_view, std::vector<const resource::ReferenceGrant*>> by_namespace_;
};

}  // namespace egressctl::mesh::gateway_api
