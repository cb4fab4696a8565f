// The kinds that egressctl reads, and what is known of each: group, versions, scope.
//
// Source: Istio's CRDs (manifests/charts/base/files/crd-all.gen.yaml), the Kubernetes API
// reference, Gateway API 1.5 and 1.6.
#pragma once

#include <span>
#include <string_view>

namespace egressctl::resource {

enum class Kind {
  Unknown,  // a resource of any other kind; its metadata is kept
  // networking.istio.io
  ServiceEntry,
  Gateway,
  VirtualService,
  DestinationRule,
  Sidecar,
  EnvoyFilter,
  WorkloadEntry,
  WorkloadGroup,
  ProxyConfig,
  // security.istio.io, telemetry.istio.io and extensions.istio.io
  PeerAuthentication,
  AuthorizationPolicy,
  RequestAuthentication,
  Telemetry,
  WasmPlugin,
  TrafficExtension,
  // Mesh-wide settings
  IstioOperator,
  MeshConfig,  // a document without apiVersion and kind: MeshConfig itself or Helm values
  // Kubernetes
  Namespace,
  Service,
  Endpoints,
  EndpointSlice,
  Pod,
  Deployment,
  StatefulSet,
  DaemonSet,
  ReplicaSet,
  Job,
  CronJob,
  ServiceAccount,
  ConfigMap,
  NetworkPolicy,
  HorizontalPodAutoscaler,
  PodDisruptionBudget,
  // gateway.networking.k8s.io
  KubernetesGateway,
  HttpRoute,
  GrpcRoute,
  TlsRoute,
  TcpRoute,
  ReferenceGrant,
};

struct KindInfo {
  Kind kind;
  std::string_view group;  // empty: the core group
  std::string_view name;   // as in `kind:`
  bool namespaced;
  std::span<const std::string_view> versions;  // that some supported release serves; newest first
};

// Every kind with a group and a name, in the order of Kind: all but Unknown and MeshConfig.
[[nodiscard]] std::span<const KindInfo> all_kinds();

// The facts of a kind; nullptr for Unknown and MeshConfig.
[[nodiscard]] const KindInfo* find_kind(Kind kind);

// The kind of that group ("networking.istio.io", without version) and name, or nullptr.
[[nodiscard]] const KindInfo* find_kind(std::string_view group, std::string_view name);

// Whether objects of the kind live in a namespace. Unknown kinds are taken as such; MeshConfig
// is not.
[[nodiscard]] bool is_namespaced(Kind kind);

// Whether `version` ("v1beta1") is among the versions of the kind.
[[nodiscard]] bool serves(const KindInfo& info, std::string_view version);

// The word of `kind:`; "MeshConfig" and "unknown" for those two.
[[nodiscard]] std::string_view to_string(Kind kind);

// Whether objects of the kind own pods through a template: Deployment, Job and so on.
[[nodiscard]] bool is_workload(Kind kind);

}  // namespace egressctl::resource
