// Parts of routes as JSON, in Envoy's own form.
#pragma once

#include <nlohmann/json.hpp>

#include "lib/topology/route.h"

namespace egressctl::topology {

using Json = nlohmann::ordered_json;

// envoy.config.route.v3.RouteMatch
[[nodiscard]] Json to_json(const RouteMatch& match);

// envoy.config.route.v3.RedirectAction
[[nodiscard]] Json to_json(const Redirect& redirect);

}  // namespace egressctl::topology
