// Every client of a mesh, and every host outside of it.
#pragma once

#include <string>
#include <vector>

#include "lib/mesh/mesh.h"

namespace egressctl::cli {

// "namespace/name" of all sidecars of the input; without any a client without labels in each
// namespace that has a Sidecar, else in the default namespace. Sorted.
[[nodiscard]] std::vector<std::string> client_names(const mesh::Mesh& mesh);

// "host:port" of all external hosts with all their ports, each once; a name below it stands for a
// wildcard. Names that the internet does not have (.internal, .local) are left out: they stand for
// places in the gateway.
[[nodiscard]] std::vector<std::string> external_targets(const mesh::Mesh& mesh);

}  // namespace egressctl::cli
