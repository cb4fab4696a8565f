// HTTPRoutes and GRPCRoutes of the Gateway API as VirtualServices.
#pragma once

#include <deque>

#include "lib/mesh/gateway_api_routes.h"

namespace egressctl::mesh::gateway_api {

// Adds what the mesh's HTTPRoutes and GRPCRoutes make to `out`: one VirtualService for each host at
// each gateway or, in the mesh, namespace and port; routes of several resources are merged.
void add_http_routes(const RouteSources& sources, std::deque<resource::Resource>& out);

}  // namespace egressctl::mesh::gateway_api
