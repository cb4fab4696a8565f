// ConfigMap: of interest for the key `mesh` of Istio's own.
//
// Source: Kubernetes API reference, ConfigMap; istio.io/docs/reference/config/istio.mesh.v1alpha1/.
#pragma once

#include <memory>
#include <string_view>

#include "lib/resource/embedded.h"
#include "lib/resource/fields.h"
#include "lib/resource/mesh_config.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

struct ConfigMap {
  TextMap data;

  // `data.mesh` of a ConfigMap named "istio" or "istio-<revision>"; absent in any other. For
  // the ranges inside see EmbeddedYaml.
  Positioned<MeshConfig> mesh;
  std::shared_ptr<const EmbeddedYaml> mesh_yaml;  // what `mesh` was read from; else nullptr
};

// What stands before the paths of fields inside `mesh`: "data.mesh outboundTrafficPolicy.mode".
inline constexpr std::string_view kMeshPathPrefix = "data.mesh ";

// Reads the whole object, whose metadata.name decides about `mesh`.
[[nodiscard]] ConfigMap read_config_map(const Fields& in);

}  // namespace egressctl::resource
