// The route configurations of a gateway.
//
// Source: istio/istio pilot/pkg/networking/core/gateway.go (buildGatewayHTTPRouteConfig).
#pragma once

#include <string>

#include "lib/topology/gateway_servers.h"
#include "lib/topology/route.h"
#include "lib/topology/snapshot.h"

namespace egressctl::topology {

// The one that servers ask for by that name.
[[nodiscard]] RouteConfiguration gateway_routes(const View& view, const MergedGateway& merged,
                                                const std::string& name);

}  // namespace egressctl::topology
