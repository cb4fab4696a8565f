// The `http` routes of VirtualServices: read with names resolved, and merged with delegates.
#pragma once

#include <string_view>
#include <vector>

#include "lib/topology/virtual_services.h"

namespace egressctl::topology {

// A destination of a VirtualService in `name_space`.
[[nodiscard]] RouteTarget read_target(
    const resource::Positioned<resource::Destination>& destination, std::int64_t weight,
    const resource::Resource& owner, const mesh::Mesh& mesh, std::string_view name_space);

// Gateway names as a VirtualService in `name_space` means them.
[[nodiscard]] std::vector<std::string> read_gateways(const resource::Texts& names,
                                                     std::string_view name_space);

[[nodiscard]] HttpRule read_http_rule(const resource::Positioned<resource::HttpRoute>& route,
                                      const resource::Resource& owner, const mesh::Mesh& mesh,
                                      std::string_view name_space);

// What a route with a delegate becomes: the delegate's routes, narrowed by the root's matches.
// Those that can't match are left out.
//
// Source: istio/istio pilot/pkg/model/virtualservice.go (MergeHTTPRoutes).
[[nodiscard]] std::vector<HttpRule> merge_delegate(const HttpRule& root,
                                                   std::vector<HttpRule> delegate);

}  // namespace egressctl::topology
