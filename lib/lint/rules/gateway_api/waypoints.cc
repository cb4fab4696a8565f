#include "lib/lint/rules/gateway_api/waypoints.h"

#include <array>
#include <span>

#include "lib/mesh/injection.h"
#include "lib/yaml/node.h"

namespace egressctl::lint::rules {
namespace {

Setting setting_of(const yaml::Node* value) {
  if (value == nullptr || !value->is_scalar()) return Setting::NotSet;
  return value->scalar == "true" ? Setting::On : Setting::Off;
}

// The value of a variable in any `env` below: a list of names and values, or a mapping.
const yaml::Node* find_variable(const yaml::Node& node, std::string_view name) {
  for (const yaml::Node& item : node.items)
    if (const yaml::Node* found = find_variable(item, name)) return found;
  for (const yaml::Entry& entry : node.entries) {
    if (entry.key.scalar != "env") {
      if (const yaml::Node* found = find_variable(entry.value, name)) return found;
      continue;
    }
    if (const yaml::Node* value = entry.value.find(name)) return value;
    for (const yaml::Node& item : entry.value.items)
      if (const yaml::Node* own = item.find("name"); own != nullptr && own->scalar == name)
        return item.find("value");
  }
  return nullptr;
}

// Deployments of istiod, IstioOperators, Helm values.
template <typename Use>
void for_each_installation(const mesh::Mesh& mesh, const Use& use) {
  for (const resource::Resource* deployment : mesh.all(resource::Kind::Deployment))
    if (deployment->metadata.name->starts_with("istiod")) use(*deployment->node);
  for (const resource::Kind kind : {resource::Kind::IstioOperator, resource::Kind::MeshConfig})
    for (const resource::Resource* resource : mesh.all(kind)) use(*resource->node);
}

}  // namespace

bool is_ambient(const mesh::Mesh& mesh, std::string_view name_space) {
  return mesh::injection_of(mesh, name_space) == mesh::Injection::Ambient;
}

Setting istiod_variable(const mesh::Mesh& mesh, std::string_view name) {
  Setting out = Setting::Unknown;
  for_each_installation(mesh, [&](const yaml::Node& node) {
    const Setting here = setting_of(find_variable(node, name));
    if (out == Setting::Unknown || here != Setting::NotSet) out = here;
  });
  return out;
}

Setting dns_capture(const mesh::Mesh& mesh) {
  constexpr std::array<std::string_view, 5> kOfOperator = {"spec", "values", "cni", "ambient",
                                                           "dnsCapture"};
  constexpr std::array<std::string_view, 3> kOfValues = {"cni", "ambient", "dnsCapture"};
  for (const resource::Kind kind : {resource::Kind::IstioOperator, resource::Kind::MeshConfig})
    for (const resource::Resource* resource : mesh.all(kind))
      for (const std::span<const std::string_view> path :
           {std::span<const std::string_view>(kOfOperator),
            std::span<const std::string_view>(kOfValues)})
        if (const yaml::Node* value = resource->node->path(path)) return setting_of(value);
  return Setting::Unknown;
}

}  // namespace egressctl::lint::rules
