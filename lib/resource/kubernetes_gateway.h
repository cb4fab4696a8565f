// The Gateway of the Kubernetes Gateway API; Istio's own is in lib/resource/gateway.h.
//
// Source: gateway-api.sigs.k8s.io/reference/spec/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"

namespace egressctl::resource {

enum class ListenerTlsMode { Terminate, Passthrough, Unknown };

// SecretObjectReference and the like.
struct LocalRef {
  Text group;
  Text kind;
  Text name;
  Text name_space;
};

struct ListenerTls {
  Positioned<ListenerTlsMode> mode;
  List<LocalRef> certificate_refs;
  TextMap options;  // gateway.istio.io/tls-terminate-mode: ISTIO_MUTUAL, ...
};

enum class RouteNamespaces { Same, All, Selector, None, Unknown };

struct AllowedNamespaces {
  Positioned<RouteNamespaces> from;
  Positioned<LabelSelector> selector;
};

struct RouteKind {
  Text group;
  Text kind;
};

struct AllowedRoutes {
  Positioned<AllowedNamespaces> namespaces;
  List<RouteKind> kinds;
};

struct Listener {
  Text name;
  Text hostname;  // absent: every host
  Number port;
  Text protocol;  // HTTP, HTTPS, TLS, TCP, UDP, HBONE
  Positioned<ListenerTls> tls;
  Positioned<AllowedRoutes> allowed_routes;
};

struct GatewayAddress {
  Text type;  // absent: IPAddress
  Text value;
};

struct GatewayInfrastructure {
  TextMap labels;
  TextMap annotations;
};

struct KubernetesGateway {
  Text gateway_class_name;
  List<Listener> listeners;
  List<GatewayAddress> addresses;
  Positioned<GatewayInfrastructure> infrastructure;
};

// Reads `spec`.
[[nodiscard]] KubernetesGateway read_kubernetes_gateway(const Fields& in);

}  // namespace egressctl::resource
