// Whether ServiceEntries without addresses get one of their own from Istio.
#pragma once

#include "lib/mesh/mesh.h"

namespace egressctl::lint::rules {

// Whether the mesh's proxies answer DNS (`ISTIO_META_DNS_CAPTURE` in MeshConfig), without which an
// allocated address is told to nobody.
[[nodiscard]] bool captures_dns(const mesh::Mesh& mesh);

// Whether MeshConfig says that addresses are allocated and told to clients.
[[nodiscard]] bool allocates_addresses(const mesh::Mesh& mesh);

// Whether the ServiceEntry was given addresses: its status, as dumped from a cluster, has some.
[[nodiscard]] bool has_allocated_address(const resource::Resource& entry);

}  // namespace egressctl::lint::rules
