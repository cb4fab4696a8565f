// Backends of the Gateway API as destinations of VirtualServices.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/mesh/gateway_api_routes.h"

namespace egressctl::mesh::gateway_api {

// The destinations of a rule, with their weights; empty ones for backends that the route may not
// name. std::nullopt when istiod refuses the whole route for one of them.
[[nodiscard]] std::optional<resource::List<resource::RouteDestination>> destinations_of(
    const RouteSources& sources, const resource::Resource& route,
    const resource::KubernetesRouteRule& rule, bool mesh_route);

// The sum of the weights of a rule's backends.
[[nodiscard]] std::int64_t weights_of(const resource::KubernetesRouteRule& rule);

}  // namespace egressctl::mesh::gateway_api
