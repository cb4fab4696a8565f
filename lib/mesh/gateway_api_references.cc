#include "lib/mesh/gateway_api_references.h"

#include <algorithm>

namespace egressctl::mesh::gateway_api {

GroupKind kind_of(const resource::Text& group, const resource::Text& kind, GroupKind absent) {
  return {.group = group.present() ? std::string_view(*group) : absent.group,
          .kind = kind.present() ? std::string_view(*kind) : absent.kind};
}

Grants::Grants(const Mesh& mesh) {
  for (const resource::Resource* resource : mesh.all(resource::Kind::ReferenceGrant))
    if (const auto* grant = resource->as<resource::ReferenceGrant>())
      by_namespace_[mesh.namespace_of(*resource)].push_back(grant);
}

bool Grants::allow(GroupKind from, std::string_view from_namespace, GroupKind to,
                   std::string_view to_namespace, std::string_view name) const {
  if (from_namespace == to_namespace) return true;
  const auto found = by_namespace_.find(to_namespace);
  if (found == by_namespace_.end()) return false;
  const auto& grants = found->second;
  return std::any_of(grants.begin(), grants.end(), [&](const auto* grant) {
    const bool comes = std::any_of(grant->from->begin(), grant->from->end(), [&](const auto& item) {
      return GroupKind{*item->group, *item->kind} == from && *item->name_space == from_namespace;
    });
    return comes && std::any_of(grant->to->begin(), grant->to->end(), [&](const auto& item) {
             return GroupKind{*item->group, *item->kind} == to &&
                    (item->name->empty() || *item->name == name);
           });
  });
}

}  // namespace egressctl::mesh::gateway_api
