// Access loggers in the mesh's format.
#pragma once

#include "lib/bootstrap/build.h"

namespace egressctl::bootstrap {

// A list with one logger. Its format is that of MeshConfig (accessLogFormat, accessLogEncoding),
// without one Istio's default.
[[nodiscard]] Json access_log(const Build& build);

// The same for a listener: what no filter chain takes.
[[nodiscard]] Json listener_access_log(const Build& build);

}  // namespace egressctl::bootstrap
