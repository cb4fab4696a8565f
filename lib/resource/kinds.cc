#include "lib/resource/kinds.h"

#include <algorithm>

namespace egressctl::resource {
namespace {

constexpr std::string_view kNetworkingIo = "networking.istio.io";
constexpr std::string_view kSecurityIo = "security.istio.io";
constexpr std::string_view kExtensionsIo = "extensions.istio.io";
constexpr std::string_view kGatewayApi = "gateway.networking.k8s.io";

constexpr std::string_view kV1[] = {"v1"};
constexpr std::string_view kNetworking[] = {"v1", "v1beta1", "v1alpha3"};
constexpr std::string_view kEnvoyFilter[] = {"v1alpha3"};
constexpr std::string_view kProxyConfig[] = {"v1beta1"};
constexpr std::string_view kSecurity[] = {"v1", "v1beta1"};
constexpr std::string_view kTelemetry[] = {"v1", "v1alpha1"};
constexpr std::string_view kExtensions[] = {"v1alpha1"};
constexpr std::string_view kInstall[] = {"v1alpha1"};
constexpr std::string_view kAutoscaling[] = {"v2", "v1"};
constexpr std::string_view kGatewayStable[] = {"v1", "v1beta1"};
constexpr std::string_view kTlsRoute[] = {"v1", "v1alpha3", "v1alpha2"};
constexpr std::string_view kTcpRoute[] = {"v1", "v1alpha2"};

constexpr KindInfo kKinds[] = {
    {Kind::ServiceEntry, kNetworkingIo, "ServiceEntry", true, kNetworking},
    {Kind::Gateway, kNetworkingIo, "Gateway", true, kNetworking},
    {Kind::VirtualService, kNetworkingIo, "VirtualService", true, kNetworking},
    {Kind::DestinationRule, kNetworkingIo, "DestinationRule", true, kNetworking},
    {Kind::Sidecar, kNetworkingIo, "Sidecar", true, kNetworking},
    {Kind::EnvoyFilter, kNetworkingIo, "EnvoyFilter", true, kEnvoyFilter},
    {Kind::WorkloadEntry, kNetworkingIo, "WorkloadEntry", true, kNetworking},
    {Kind::WorkloadGroup, kNetworkingIo, "WorkloadGroup", true, kNetworking},
    {Kind::ProxyConfig, kNetworkingIo, "ProxyConfig", true, kProxyConfig},
    {Kind::PeerAuthentication, kSecurityIo, "PeerAuthentication", true, kSecurity},
    {Kind::AuthorizationPolicy, kSecurityIo, "AuthorizationPolicy", true, kSecurity},
    {Kind::RequestAuthentication, kSecurityIo, "RequestAuthentication", true, kSecurity},
    {Kind::Telemetry, "telemetry.istio.io", "Telemetry", true, kTelemetry},
    {Kind::WasmPlugin, kExtensionsIo, "WasmPlugin", true, kExtensions},
    {Kind::TrafficExtension, kExtensionsIo, "TrafficExtension", true, kExtensions},
    {Kind::IstioOperator, "install.istio.io", "IstioOperator", true, kInstall},
    {Kind::Namespace, "", "Namespace", false, kV1},
    {Kind::Service, "", "Service", true, kV1},
    {Kind::Endpoints, "", "Endpoints", true, kV1},
    {Kind::EndpointSlice, "discovery.k8s.io", "EndpointSlice", true, kV1},
    {Kind::Pod, "", "Pod", true, kV1},
    {Kind::Deployment, "apps", "Deployment", true, kV1},
    {Kind::StatefulSet, "apps", "StatefulSet", true, kV1},
    {Kind::DaemonSet, "apps", "DaemonSet", true, kV1},
    {Kind::ReplicaSet, "apps", "ReplicaSet", true, kV1},
    {Kind::Job, "batch", "Job", true, kV1},
    {Kind::CronJob, "batch", "CronJob", true, kV1},
    {Kind::ServiceAccount, "", "ServiceAccount", true, kV1},
    {Kind::ConfigMap, "", "ConfigMap", true, kV1},
    {Kind::NetworkPolicy, "networking.k8s.io", "NetworkPolicy", true, kV1},
    {Kind::HorizontalPodAutoscaler, "autoscaling", "HorizontalPodAutoscaler", true, kAutoscaling},
    {Kind::PodDisruptionBudget, "policy", "PodDisruptionBudget", true, kV1},
    {Kind::KubernetesGateway, kGatewayApi, "Gateway", true, kGatewayStable},
    {Kind::HttpRoute, kGatewayApi, "HTTPRoute", true, kGatewayStable},
    {Kind::GrpcRoute, kGatewayApi, "GRPCRoute", true, kV1},
    {Kind::TlsRoute, kGatewayApi, "TLSRoute", true, kTlsRoute},
    {Kind::TcpRoute, kGatewayApi, "TCPRoute", true, kTcpRoute},
    {Kind::ReferenceGrant, kGatewayApi, "ReferenceGrant", true, kGatewayStable},
};

template <typename Matches>
const KindInfo* first(const Matches& matches) {
  const auto* const found = std::find_if(std::begin(kKinds), std::end(kKinds), matches);
  return found != std::end(kKinds) ? found : nullptr;
}

}  // namespace

std::span<const KindInfo> all_kinds() {
  return kKinds;
}

const KindInfo* find_kind(Kind kind) {
  return first([&](const KindInfo& info) { return info.kind == kind; });
}

const KindInfo* find_kind(std::string_view group, std::string_view name) {
  return first([&](const KindInfo& info) { return info.group == group && info.name == name; });
}

bool is_namespaced(Kind kind) {
  const KindInfo* info = find_kind(kind);
  return info != nullptr ? info->namespaced : kind == Kind::Unknown;
}

bool serves(const KindInfo& info, std::string_view version) {
  return std::find(info.versions.begin(), info.versions.end(), version) != info.versions.end();
}

std::string_view to_string(Kind kind) {
  const KindInfo* info = find_kind(kind);
  if (info != nullptr) return info->name;
  return kind == Kind::MeshConfig ? "MeshConfig" : "unknown";
}

bool is_workload(Kind kind) {
  switch (kind) {
    case Kind::Deployment:
    case Kind::StatefulSet:
    case Kind::DaemonSet:
    case Kind::ReplicaSet:
    case Kind::Job:
    case Kind::CronJob: return true;
    default: return false;
  }
}

}  // namespace egressctl::resource
