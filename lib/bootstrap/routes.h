// Route configurations in full.
#pragma once

#include "lib/bootstrap/json.h"
#include "lib/topology/model.h"

namespace egressctl::bootstrap {

// The one that a connection manager names; one without virtual hosts when there is none, since
// istiod would send an empty one.
[[nodiscard]] Json route_config(const topology::Topology& topology, const topology::Target& target);

}  // namespace egressctl::bootstrap
