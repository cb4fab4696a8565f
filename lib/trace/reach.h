// Whether a connection ends where its client meant it to.
#pragma once

#include <string_view>

#include "lib/mesh/mesh.h"

namespace egressctl::trace {

// Whether the host of a cluster is the one that the client means, or serves it by the client's own
// route: one for both, where a wildcard covers the cluster's host and the client's, or the client
// means the wildcard's apex.
[[nodiscard]] bool serves(const mesh::Mesh& mesh, std::string_view reached, std::string_view meant);

}  // namespace egressctl::trace
