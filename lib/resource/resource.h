// A Kubernetes object as a file holds it, of any kind.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/resource/authorization_policy.h"
#include "lib/resource/config_map.h"
#include "lib/resource/destination_rule.h"
#include "lib/resource/endpoints.h"
#include "lib/resource/envoy_filter.h"
#include "lib/resource/extension.h"
#include "lib/resource/gateway.h"
#include "lib/resource/istio_operator.h"
#include "lib/resource/kinds.h"
#include "lib/resource/kubernetes_gateway.h"
#include "lib/resource/kubernetes_route.h"
#include "lib/resource/mesh_config.h"
#include "lib/resource/metadata.h"
#include "lib/resource/network_policy.h"
#include "lib/resource/peer_authentication.h"
#include "lib/resource/pod.h"
#include "lib/resource/positioned.h"
#include "lib/resource/reference_grant.h"
#include "lib/resource/request_authentication.h"
#include "lib/resource/scaling.h"
#include "lib/resource/service.h"
#include "lib/resource/service_entry.h"
#include "lib/resource/sidecar.h"
#include "lib/resource/telemetry.h"
#include "lib/resource/virtual_service.h"
#include "lib/resource/workload.h"
#include "lib/resource/workload_entry.h"
#include "lib/resource/workload_group.h"
#include "lib/yaml/node.h"

namespace egressctl::resource {

// std::monostate for kinds of which metadata is all: Namespace, ServiceAccount, Unknown.
using Body = std::variant<std::monostate, ServiceEntry, Gateway, VirtualService, DestinationRule,
                          Sidecar, EnvoyFilter, WorkloadEntry, WorkloadGroup, ProxyConfig,
                          PeerAuthentication, AuthorizationPolicy, RequestAuthentication, Telemetry,
                          Extension, IstioOperator, MeshConfig, Service, Endpoints, EndpointSlice,
                          Pod, Workload, ConfigMap, NetworkPolicy, HorizontalPodAutoscaler,
                          PodDisruptionBudget, KubernetesGateway, KubernetesRoute, ReferenceGrant>;

// The parts of `apiVersion`: "networking.istio.io/v1" has a group, "v1" has none.
struct ApiVersion {
  Text text;  // as written
  std::string group;
  std::string version;
};

// Valid as long as the yaml::Document it was read from and that one's Source. Immutable once
// loaded; safe to read from several threads.
struct Resource {
  ApiVersion api_version;  // absent in a bare MeshConfig and, maybe, in an item of a typed list
  Text kind_name;          // "ServiceEntry", also of unknown kinds
  Kind kind = Kind::Unknown;
  Metadata metadata;
  Body body;
  const yaml::Node* node = nullptr;  // the whole object
  SourceRange range;                 // of the whole object
  SourceRange spec_range;            // of `spec`, or of the whole object when it has none

  // The body when the resource is of that kind, else nullptr. All workloads have a Workload, all
  // Gateway API routes a KubernetesRoute, WasmPlugin and TrafficExtension an Extension.
  template <typename T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&body);
  }

  // The MeshConfig of a ConfigMap, an IstioOperator or a document of its own; nullptr when the
  // resource holds none.
  [[nodiscard]] const MeshConfig* mesh_config() const;

  // The path of the innermost field that covers `place`: "spec.servers[0].tls.mode"; inside the
  // text of a ConfigMap "data.mesh outboundTrafficPolicy.mode". Empty for the resource itself.
  [[nodiscard]] std::string field_path(SourceRange place) const;

  // For Diagnostic::resource.
  [[nodiscard]] ResourceName resource_name() const;
};

// "VirtualService demo/cnn", or without the namespace where none is written.
[[nodiscard]] std::string display_name(const Resource& resource);

// Reads `spec` (or, for kinds without one, the whole object) of a resource of that kind.
[[nodiscard]] Body read_body(Kind kind, const Fields& in);

}  // namespace egressctl::resource
