// What holds for the whole mesh: from MeshConfig where the input has one, else Istio's defaults.
//
// Source: istio.io/docs/reference/config/istio.mesh.v1alpha1/.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "lib/base/istio_version.h"
#include "lib/resource/resource.h"

namespace egressctl::mesh {

// What the user says of the mesh; it goes before what MeshConfig says.
struct Options {
  std::string default_namespace = "default";  // of resources that name none
  std::optional<std::string> root_namespace;
  std::optional<std::string> cluster_domain;
  std::optional<IstioVersion> istio_version;  // that the manifests must run on

  // A MeshConfig from elsewhere, which counts in place of those among the resources.
  const resource::Resource* mesh_resource = nullptr;
};

struct Settings {
  std::string default_namespace = "default";
  std::string root_namespace = "istio-system";
  std::string cluster_domain = "cluster.local";
  std::string trust_domain = "cluster.local";
  std::optional<IstioVersion> istio_version;

  // The MeshConfig in the input, and the resource that holds it; nullptr when there is none.
  const resource::MeshConfig* mesh_config = nullptr;
  const resource::Resource* mesh_resource = nullptr;
};

// The ports of every sidecar's own listeners.
struct SidecarPorts {
  std::int64_t outbound = 15001;
  std::int64_t inbound = 15006;
  std::int64_t http_proxy = 0;  // 0: none
};
[[nodiscard]] SidecarPorts sidecar_ports(const Settings& settings);

// The settings of a set of resources. Of several MeshConfigs the one of the ConfigMap "istio"
// counts, else the first.
[[nodiscard]] Settings settings_of(std::span<const resource::Resource> resources,
                                   const Options& options);

}  // namespace egressctl::mesh
