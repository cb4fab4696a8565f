// Routes of the Gateway API as VirtualServices.
#pragma once

#include <deque>

#include "lib/mesh/gateway_api_listeners.h"
#include "lib/mesh/gateway_api_references.h"
#include "lib/mesh/mesh.h"

namespace egressctl::mesh::gateway_api {

struct RouteSources {
  const Mesh& mesh;
  const Grants& grants;
  const Listeners& listeners;
};

// Adds what the mesh's TLSRoutes and TCPRoutes make to `out`.
void add_routes(const RouteSources& sources, std::deque<resource::Resource>& out);

}  // namespace egressctl::mesh::gateway_api
