#include "lib/resource/resource.h"

#include <utility>

#include <fmt/format.h>

#include "lib/resource/field_path.h"

namespace egressctl::resource {
namespace {

template <typename Read>
Body of_spec(const Fields& in, const Read& read) {
  return std::move(in.object("spec", read).value);
}

Body read_istio_body(Kind kind, const Fields& in) {
  switch (kind) {
    case Kind::ServiceEntry: return of_spec(in, read_service_entry);
    case Kind::Gateway: return of_spec(in, read_gateway);
    case Kind::VirtualService: return of_spec(in, read_virtual_service);
    case Kind::DestinationRule: return of_spec(in, read_destination_rule);
    case Kind::Sidecar: return of_spec(in, read_sidecar);
    case Kind::EnvoyFilter: return of_spec(in, read_envoy_filter);
    case Kind::WorkloadEntry: return of_spec(in, read_workload_entry);
    case Kind::WorkloadGroup: return of_spec(in, read_workload_group);
    case Kind::ProxyConfig: return of_spec(in, read_proxy_config);
    case Kind::PeerAuthentication: return of_spec(in, read_peer_authentication);
    case Kind::AuthorizationPolicy: return of_spec(in, read_authorization_policy);
    case Kind::RequestAuthentication: return of_spec(in, read_request_authentication);
    case Kind::Telemetry: return of_spec(in, read_telemetry);
    case Kind::WasmPlugin: return of_spec(in, read_wasm_plugin);
    case Kind::TrafficExtension: return of_spec(in, read_traffic_extension);
    case Kind::IstioOperator: return of_spec(in, read_istio_operator);
    case Kind::MeshConfig: return read_mesh_config(in);
    default: return std::monostate{};
  }
}

Body read_kubernetes_body(Kind kind, const Fields& in) {
  switch (kind) {
    case Kind::Service: return of_spec(in, read_service);
    case Kind::Endpoints: return read_endpoints(in);
    case Kind::EndpointSlice: return read_endpoint_slice(in);
    case Kind::Pod: return read_pod(in);
    case Kind::Deployment:
    case Kind::StatefulSet:
    case Kind::DaemonSet:
    case Kind::ReplicaSet:
    case Kind::Job: return of_spec(in, read_workload);
    case Kind::CronJob: return of_spec(in, read_cron_job);
    case Kind::ConfigMap: return read_config_map(in);
    case Kind::NetworkPolicy: return of_spec(in, read_network_policy);
    case Kind::HorizontalPodAutoscaler: return of_spec(in, read_autoscaler);
    case Kind::PodDisruptionBudget: return of_spec(in, read_disruption_budget);
    case Kind::KubernetesGateway: return of_spec(in, read_kubernetes_gateway);
    case Kind::HttpRoute:
    case Kind::GrpcRoute:
    case Kind::TlsRoute:
    case Kind::TcpRoute: return of_spec(in, read_kubernetes_route);
    case Kind::ReferenceGrant: return of_spec(in, read_reference_grant);
    default: return read_istio_body(kind, in);
  }
}

}  // namespace

Body read_body(Kind kind, const Fields& in) {
  return read_kubernetes_body(kind, in);
}

const MeshConfig* Resource::mesh_config() const {
  if (const auto* config = as<MeshConfig>()) return config;
  if (const auto* map = as<ConfigMap>()) return map->mesh.present() ? &map->mesh.value : nullptr;
  const auto* install = as<IstioOperator>();
  return install != nullptr && install->mesh_config.present() ? &install->mesh_config.value
                                                              : nullptr;
}

std::string Resource::field_path(SourceRange place) const {
  std::string path = resource::field_path(*node, place);
  const auto* map = as<ConfigMap>();
  const bool inside = map != nullptr && map->mesh_yaml != nullptr && map->mesh_yaml->exact();
  if (!inside || path != "data.mesh") return path;
  const std::string rest = resource::field_path(map->mesh_yaml->root(), place);
  return rest.empty() ? path : std::string(kMeshPathPrefix) + rest;
}

ResourceName Resource::resource_name() const {
  return {
      .api_version = *api_version.text,
      .kind = kind_name.value.empty() ? std::string(to_string(kind)) : *kind_name,
      .name_space = *metadata.name_space,
      // As written: what istiod makes of a resource has another name.
      .name = metadata.name.text().empty() ? *metadata.name : std::string(metadata.name.text())};
}

std::string display_name(const Resource& resource) {
  const ResourceName name = resource.resource_name();
  if (name.name.empty()) return name.kind;
  if (name.name_space.empty()) return fmt::format("{} {}", name.kind, name.name);
  return fmt::format("{} {}/{}", name.kind, name.name_space, name.name);
}

}  // namespace egressctl::resource
