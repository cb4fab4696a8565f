// What routes of the Kubernetes Gateway API are attached to, and where they lead.
//
// Source: gateway-api.sigs.k8s.io/reference/spec/; istio/istio pilot/pkg/config/kube/gateway
// (referenceAllowed, buildDestination).
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/lint/context.h"

namespace egressctl::lint::rules {

inline constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";
inline constexpr std::string_view kIstioGroup = "networking.istio.io";
inline constexpr std::string_view kWaypointClass = "istio-waypoint";

// A route under a Gateway of the input.
struct Attachment {
  const resource::Resource* route = nullptr;
  const resource::KubernetesRoute* spec = nullptr;
  const resource::Positioned<resource::ParentRef>* parent = nullptr;
  const resource::Resource* gateway = nullptr;
  const resource::KubernetesGateway* gateway_spec = nullptr;
  // The listeners that the reference names: one, those of a port, or all.
  std::vector<const resource::Positioned<resource::Listener>*> listeners;
};

// The routes of all four kinds.
[[nodiscard]] std::vector<const resource::Resource*> all_routes(const mesh::Mesh& mesh);

// In the order of the routes. Waypoints are left out: they take routes by their services.
[[nodiscard]] std::vector<Attachment> attachments(const mesh::Mesh& mesh);

// Whether a reference is to a Gateway of the Gateway API.
[[nodiscard]] bool is_gateway(const resource::ParentRef& parent);

// Whether a parent makes the route one for sidecars: a Service or a ServiceEntry.
[[nodiscard]] bool is_mesh_parent(const resource::ParentRef& parent);

// Whether a backend is a host of the registry by name, or a Service of Kubernetes.
[[nodiscard]] bool is_hostname(const resource::BackendRef& backend);
[[nodiscard]] bool is_service(const resource::BackendRef& backend);

// Whether a listener takes routes of the kind by its protocol, and by its own list of kinds.
[[nodiscard]] bool takes_kind(const resource::Listener& listener, resource::Kind route);

// Whether it takes routes of the namespace. True when the input lacks the Namespace whose labels
// decide.
[[nodiscard]] bool takes_namespace(const mesh::Mesh& mesh, const resource::Listener& listener,
                                   std::string_view gateway_namespace,
                                   std::string_view route_namespace);

// The name of the Service that istiod makes for the Gateway, or that stands in its addresses;
// empty when that is no Service of its namespace.
[[nodiscard]] std::string service_name(const resource::Resource& gateway);

// The Gateway that was meant by the name of a Service that there is not: one called so, whose own
// Service has another name. nullptr where there is none.
[[nodiscard]] const resource::Resource* gateway_meant(const mesh::Mesh& mesh,
                                                      std::string_view name_space,
                                                      std::string_view service);

}  // namespace egressctl::lint::rules
