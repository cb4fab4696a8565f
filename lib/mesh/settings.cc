#include "lib/mesh/settings.h"

#include <array>

namespace egressctl::mesh {
namespace {

// The Helm value `global.proxy.clusterDomain` of an IstioOperator; empty when it sets none.
//
// Source: istio/istio manifests/charts/istio-control/istio-discovery/values.yaml.
std::string_view cluster_domain_of(const resource::Resource& resource) {
  constexpr std::array<std::string_view, 3> kPath{"global", "proxy", "clusterDomain"};
  const auto* install = resource.as<resource::IstioOperator>();
  if (install == nullptr || install->values.node == nullptr) return {};
  const yaml::Node* domain = install->values.node->path(kPath);
  return domain != nullptr && domain->is_scalar() ? domain->scalar : std::string_view();
}

}  // namespace

SidecarPorts sidecar_ports(const Settings& settings) {
  SidecarPorts out;
  if (settings.mesh_config == nullptr) return out;
  const auto set = [](std::int64_t& port, const resource::Number& field) {
    if (field.present() && *field != 0) port = *field;
  };
  set(out.outbound, settings.mesh_config->proxy_listen_port);
  set(out.inbound, settings.mesh_config->proxy_inbound_listen_port);
  set(out.http_proxy, settings.mesh_config->proxy_http_port);
  return out;
}

Settings settings_of(std::span<const resource::Resource> resources, const Options& options) {
  Settings out;
  for (const resource::Resource& resource : resources)
    if (const std::string_view domain = cluster_domain_of(resource); !domain.empty())
      out.cluster_domain = domain;
  if (options.mesh_resource != nullptr) {
    out.mesh_resource = options.mesh_resource;
    out.mesh_config = options.mesh_resource->mesh_config();
    resources = {};
  }
  for (const resource::Resource& resource : resources) {
    const resource::MeshConfig* config = resource.mesh_config();
    if (config == nullptr) continue;
    const bool istiods_own =
        resource.kind == resource::Kind::ConfigMap && *resource.metadata.name == "istio";
    if (out.mesh_config != nullptr && !istiods_own) continue;
    out.mesh_config = config;
    out.mesh_resource = &resource;
    if (istiods_own) break;
  }
  if (out.mesh_config != nullptr) {
    if (!out.mesh_config->root_namespace->empty())
      out.root_namespace = *out.mesh_config->root_namespace;
    if (!out.mesh_config->trust_domain->empty()) out.trust_domain = *out.mesh_config->trust_domain;
  }
  out.default_namespace = options.default_namespace;
  if (options.root_namespace) out.root_namespace = *options.root_namespace;
  if (options.cluster_domain) out.cluster_domain = *options.cluster_domain;
  out.istio_version = options.istio_version;
  return out;
}

}  // namespace egressctl::mesh
