// Listeners in full.
#pragma once

#include "lib/bootstrap/build.h"

namespace egressctl::bootstrap {

// Those that listen, or that iptables or a cluster may lead to.
[[nodiscard]] Json listeners(Build& build);

}  // namespace egressctl::bootstrap
