// EnvoyFilters at work on route configurations.
//
// Source: istio/istio pilot/pkg/networking/core/envoyfilter/rc_patch.go.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "lib/topology/patches.h"
#include "lib/topology/route.h"

namespace egressctl::topology {

// The ports of servers behind each port of a gateway's pod; empty for a sidecar.
using ServerPorts = std::map<std::int64_t, std::set<std::int64_t>>;

void patch_routes(const std::vector<Patch>& patches, resource::PatchContext context,
                  const ServerPorts& ports, RouteConfiguration& routes);

// What the name of a gateway's route configuration says: "http.8080", or
// "https.443.PORT_NAME.GATEWAY.NAMESPACE".
struct GatewayRouteName {
  std::int64_t port = 0;
  std::string_view port_name;
  std::string gateway;  // "namespace/name"
};
[[nodiscard]] GatewayRouteName parse_gateway_route_name(std::string_view name);

}  // namespace egressctl::topology
