// The walk of one connection from proxy to proxy.
#pragma once

#include <functional>

#include "lib/mesh/network_policies.h"
#include "lib/trace/trace.h"

namespace egressctl::trace {

using Topologies = std::function<const topology::Topology&(const topology::Proxy&)>;

[[nodiscard]] Trace walk(const mesh::Mesh& mesh, const mesh::NetworkPolicyIndex& policies,
                         const Request& request, const Topologies& topology_of);

}  // namespace egressctl::trace
