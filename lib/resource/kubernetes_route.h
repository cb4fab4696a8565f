// The routes of the Kubernetes Gateway API: HTTPRoute, GRPCRoute, TLSRoute and TCPRoute.
//
// Source: gateway-api.sigs.k8s.io/reference/spec/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

struct ParentRef {
  Text group;  // absent: gateway.networking.k8s.io
  Text kind;   // absent: Gateway; a Service or ServiceEntry makes it a mesh route
  Text name_space;
  Text name;
  Text section_name;  // of a listener
  Number port;
};

struct BackendRef {
  Text group;  // absent: core; networking.istio.io for a ServiceEntry's Hostname
  Text kind;   // absent: Service
  Text name_space;
  Text name;
  Number port;
  Number weight;  // absent: 1
};

struct KubernetesRouteRule {
  Text name;
  List<BackendRef> backend_refs;
  Positioned<Raw> matches;  // HTTPRoute and GRPCRoute only
  Positioned<Raw> filters;  // HTTPRoute and GRPCRoute only
};

struct KubernetesRoute {
  List<ParentRef> parent_refs;
  Texts hostnames;  // not in a TCPRoute
  List<KubernetesRouteRule> rules;
};

// Reads `spec`.
[[nodiscard]] KubernetesRoute read_kubernetes_route(const Fields& in);

}  // namespace egressctl::resource
