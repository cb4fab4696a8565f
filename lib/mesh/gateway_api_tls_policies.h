// BackendTLSPolicies of the Gateway API as DestinationRules.
#pragma once

#include <deque>

#include "lib/mesh/mesh.h"

namespace egressctl::mesh::gateway_api {

// Adds what the mesh's BackendTLSPolicies make to `out`: one DestinationRule for each host of a
// target, with the TLS of the oldest policy for it and for each of its ports. Targets that the
// input lacks have none.
void add_tls_policies(const Mesh& mesh, std::deque<resource::Resource>& out);

}  // namespace egressctl::mesh::gateway_api
