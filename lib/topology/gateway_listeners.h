// The listeners of a gateway.
//
// Source: istio/istio pilot/pkg/networking/core/gateway.go (buildGatewayListeners).
#pragma once

#include <vector>

#include "lib/topology/gateway_servers.h"
#include "lib/topology/listener.h"
#include "lib/topology/snapshot.h"

namespace egressctl::topology {

// One for each port and address that ends up with a filter chain, by port and name. istiod gives
// them no order.
[[nodiscard]] std::vector<Listener> gateway_listeners(const View& view,
                                                      const MergedGateway& merged);

}  // namespace egressctl::topology
