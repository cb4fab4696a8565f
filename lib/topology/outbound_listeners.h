// The listeners of a sidecar for what its application sends.
//
// Source: istio/istio pilot/pkg/networking/core/listener.go (buildSidecarOutboundListeners).
#pragma once

#include <optional>
#include <vector>

#include "lib/topology/listener.h"
#include "lib/topology/snapshot.h"

namespace egressctl::topology {

// One for each service address and port, and one for each port of services without an address, by
// port and name. istiod gives them no order.
[[nodiscard]] std::vector<Listener> outbound_listeners(const View& view);

// The listener that applications use as an HTTP proxy, where MeshConfig has a port for it.
[[nodiscard]] std::optional<Listener> http_proxy(const View& view);

// The listener behind them that takes what no other does.
[[nodiscard]] Listener virtual_outbound(const View& view);

}  // namespace egressctl::topology
