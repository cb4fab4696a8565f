// The matches and filters of HTTPRoutes and GRPCRoutes as those of VirtualServices.
#pragma once

#include "lib/resource/resource.h"

namespace egressctl::mesh::gateway_api {

// A match as an item of `matches` has it; `grpc` for one of a GRPCRoute.
[[nodiscard]] resource::HttpMatch match_of(const yaml::Node& match, bool grpc);

// Takes a filter other than RequestMirror over into the route. False for one that istiod does not
// know; it then refuses the whole route.
[[nodiscard]] bool add_filter(const yaml::Node& filter, resource::HttpRoute& route);

// Puts what is more specific first, as the Gateway API wants it.
void sort_routes(std::vector<resource::Positioned<resource::HttpRoute>>& routes);

}  // namespace egressctl::mesh::gateway_api
