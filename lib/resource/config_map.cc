#include "lib/resource/config_map.h"

#include <string_view>

namespace egressctl::resource {
namespace {

constexpr std::string_view kMeshKey = "mesh";

bool holds_mesh_config(const ReadContext& context) {
  const std::string_view name = context.resource.name;
  return name == "istio" || name.starts_with("istio-");
}

}  // namespace

ConfigMap read_config_map(const Fields& in) {
  ConfigMap out{.data = in.text_map("data"), .mesh = {}, .mesh_yaml = nullptr};
  out.mesh.range = out.data.range;
  const Text* text = out.data->find(kMeshKey);
  if (text == nullptr || !text->node->is_scalar() || !holds_mesh_config(in.context())) return out;
  out.mesh_yaml = EmbeddedYaml::parse(*text->node, in.context().diagnostics);
  out.mesh = {{}, text->range, text->key, text->node};
  if (out.mesh_yaml == nullptr) return out;
  const yaml::Node& root = out.mesh_yaml->root();
  out.mesh = {read_mesh_config(Fields(root, in.context(), kMeshPathPrefix)), root.range, text->key,
              &root};
  return out;
}

}  // namespace egressctl::resource
