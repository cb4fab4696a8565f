// Backends of the Gateway API as destinations of VirtualServices.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/mesh/gateway_api_routes.h"

namespace egressctl::mesh::gateway_api {

// The destination of a backend; an empty one when the route may not name it. std::nullopt when
// istiod refuses the whole route for it.
[[nodiscard]] std::optional<resource::Destination> destination_of(const RouteSources& sources,
                                                                  const resource::Resource& route,
                                                                  const resource::BackendRef& ref,
                                                                  bool mesh_route);

// The destinations of a rule, with their weights. std::nullopt as above.
[[nodiscard]] std::optional<resource::List<resource::RouteDestination>> destinations_of(
    const RouteSources& sources, const resource::Resource& route,
    const resource::KubernetesRouteRule& rule, bool mesh_route);

// The sum of the weights of a rule's backends.
[[nodiscard]] std::int64_t weights_of(const resource::KubernetesRouteRule& rule);

}  // namespace egressctl::mesh::gateway_api
