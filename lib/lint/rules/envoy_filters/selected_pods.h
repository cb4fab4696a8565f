// The pods whose proxies an EnvoyFilter patches, and the gateways that it means where the set has
// none of their pods.
#pragma once

#include <string>
#include <vector>

#include "lib/lint/context.h"

namespace egressctl::lint::rules {

// The pods that an EnvoyFilter selects in its namespace, in all for one of the root namespace; none
// for one without a selector. `everywhere`: as if it were in the root namespace.
[[nodiscard]] std::vector<const mesh::Workload*> selected_pods(const Context& in,
                                                               const resource::Resource& filter,
                                                               bool everywhere = false);

// The Gateways without pods in the set all of whose pods the EnvoyFilter selects, and few others:
// its labels have all of the Gateway's, or are among those of a Service in front. Of every
// namespace, in the order of the input; none where the set has pods that the labels pick.
[[nodiscard]] const std::vector<const mesh::GatewayView*>& meant_gateways(
    const Context& in, const resource::Resource& filter);

// Whether the EnvoyFilter is for a namespace in which the Gateway runs; true where it is not known
// where that is.
[[nodiscard]] bool reaches(const Context& in, const resource::Resource& filter,
                           const mesh::GatewayView& view);

// The labels of the EnvoyFilter's selector, the same for the same ones; empty where it has none.
[[nodiscard]] std::string selector_key(const resource::Resource& filter);

[[nodiscard]] bool runs_gateway(const Context& in, const mesh::Workload& pod);

}  // namespace egressctl::lint::rules
