// The route configurations of a sidecar.
//
// Source: istio/istio pilot/pkg/networking/core/httproute.go (buildSidecarOutboundHTTPRouteConfig).
#pragma once

#include <string_view>

#include "lib/topology/route.h"
#include "lib/topology/snapshot.h"

namespace egressctl::topology {

// The one that a listener asks for by name: "80", "host:80" or "unix:///path". What no
// VirtualService and no service takes goes where the outbound policy says, unless it is for one
// host alone.
[[nodiscard]] RouteConfiguration sidecar_routes(const View& view, std::string_view name);

}  // namespace egressctl::topology
