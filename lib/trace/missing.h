// Why something is not there that a connection needs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/mesh/mesh.h"
#include "lib/topology/model.h"

namespace egressctl::trace {

struct Missing {
  std::string why;         // a part of a sentence; empty: it can't be told
  topology::Causes blame;  // what was meant to define it, as far as there is such a thing
};

// Of a cluster "outbound|PORT|SUBSET|HOST" that the proxy does not have.
[[nodiscard]] Missing missing_cluster(const mesh::Mesh& mesh, const topology::Topology& proxy,
                                      std::string_view name);

// Of a listener on a port of a gateway's pods. `way`: what led there.
[[nodiscard]] Missing missing_listener(const mesh::Mesh& mesh, const topology::Topology& gateway,
                                       const topology::Causes& way);

}  // namespace egressctl::trace
