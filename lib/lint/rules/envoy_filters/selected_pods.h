// The pods whose proxies an EnvoyFilter patches.
#pragma once

#include <vector>

#include "lib/lint/context.h"

namespace egressctl::lint::rules {

// The pods that an EnvoyFilter selects in its namespace, in all for one of the root namespace; none
// for one without a selector. `everywhere`: as if it were in the root namespace.
[[nodiscard]] std::vector<const mesh::Workload*> selected_pods(const Context& in,
                                                               const resource::Resource& filter,
                                                               bool everywhere = false);

[[nodiscard]] bool runs_gateway(const Context& in, const mesh::Workload& pod);

}  // namespace egressctl::lint::rules
