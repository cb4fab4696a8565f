// Access loggers in the proxy's format.
#pragma once

#include "lib/bootstrap/build.h"

namespace egressctl::bootstrap {

// A list with one logger, also where the mesh turns them off: what runs alone is there to be seen.
// Its format is the proxy's, by MeshConfig and Telemetry.
[[nodiscard]] Json access_log(const Build& build);

// The same for a listener: what no filter chain takes.
[[nodiscard]] Json listener_access_log(const Build& build);

}  // namespace egressctl::bootstrap
