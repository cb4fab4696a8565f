// VirtualService: routes for hosts, at sidecars (`mesh`) and at gateways.
//
// Source: istio.io/docs/reference/config/networking/virtual-service/.
#pragma once

#include "lib/resource/destination.h"
#include "lib/resource/fields.h"
#include "lib/resource/http_route.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

// All parts must hold; an absent one always does.
struct TlsMatch {
  Texts sni_hosts;
  Texts destination_subnets;
  Number port;
  TextMap source_labels;
  Texts gateways;  // absent: those of the VirtualService
  Text source_namespace;
};

struct TlsRoute {
  List<TlsMatch> match;  // any of them
  List<RouteDestination> route;
};

struct TcpMatch {
  Texts destination_subnets;
  Number port;
  Text source_subnet;
  TextMap source_labels;
  Texts gateways;  // absent: those of the VirtualService
  Text source_namespace;
};

struct TcpRoute {
  List<TcpMatch> match;  // any of them; absent: everything
  List<RouteDestination> route;
};

struct VirtualService {
  Texts hosts;
  Texts gateways;  // "name", "namespace/name" or "mesh"; absent: ["mesh"]
  List<HttpRoute> http;
  List<TlsRoute> tls;
  List<TcpRoute> tcp;
  Texts export_to;  // absent: MeshConfig.defaultVirtualServiceExportTo
};

// Reads `spec`.
[[nodiscard]] VirtualService read_virtual_service(const Fields& in);

}  // namespace egressctl::resource
