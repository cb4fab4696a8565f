#include "lib/lint/rules/mesh_place.h"

namespace egressctl::lint::rules {

SourceRange mesh_config_place(const resource::Resource& holder) {
  const auto* map = holder.as<resource::ConfigMap>();
  return map != nullptr ? map->mesh.key : holder.spec_range;
}

std::string mesh_config_path(const resource::Resource& holder, std::string_view field) {
  switch (holder.kind) {
    case resource::Kind::ConfigMap: return std::string(resource::kMeshPathPrefix).append(field);
    case resource::Kind::IstioOperator: return std::string("spec.meshConfig.").append(field);
    default: return std::string(field);
  }
}

const yaml::Node* mesh_config_node(const resource::Resource& holder) {
  if (const auto* map = holder.as<resource::ConfigMap>())
    return map->mesh_yaml != nullptr && map->mesh_yaml->exact() ? &map->mesh_yaml->root() : nullptr;
  if (const auto* install = holder.as<resource::IstioOperator>()) return install->mesh_config.node;
  // Helm values have it one level down.
  const yaml::Node* below = holder.node->find("meshConfig");
  return below != nullptr ? below : holder.node;
}

bool other_config_has(const mesh::Mesh& mesh, std::string_view field) {
  for (const resource::Kind kind :
       {resource::Kind::ConfigMap, resource::Kind::IstioOperator, resource::Kind::Unknown})
    for (const resource::Resource* resource : mesh.all(kind))
      if (resource != mesh.settings().mesh_resource &&
          resource->range.text().find(field) != std::string_view::npos)
        return true;
  return false;
}

}  // namespace egressctl::lint::rules
