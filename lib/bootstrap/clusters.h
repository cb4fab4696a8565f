// Clusters in full.
#pragma once

#include "lib/bootstrap/build.h"

namespace egressctl::bootstrap {

[[nodiscard]] Json clusters(Build& build);

}  // namespace egressctl::bootstrap
