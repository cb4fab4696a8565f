// Whose connections to follow.
#pragma once

#include <vector>

#include "lib/mesh/mesh.h"
#include "lib/topology/proxy.h"

namespace egressctl::trace {

// The applications of the input, by namespace and name; of a pod or ReplicaSet whose owner is in
// the input, too, only that. Without any, clients that are not in the input (`workload` is
// nullptr), called "client", stand in: one in each namespace that has a Sidecar or that an
// AuthorizationPolicy lets in, with the account that it names; else one in the default namespace.
[[nodiscard]] std::vector<topology::Proxy> clients(const mesh::Mesh& mesh);

}  // namespace egressctl::trace
