// The listener of a sidecar for what is sent to its application.
//
// Source: istio/istio pilot/pkg/networking/core/{listener_inbound,filterchain_options}.go.
#pragma once

#include "lib/topology/listener.h"
#include "lib/topology/snapshot.h"

namespace egressctl::topology {

// With the chains for ports that no Service names. Those that a Service of the workload adds are
// left out: no egress flow takes them.
[[nodiscard]] Listener virtual_inbound(const View& view);

}  // namespace egressctl::topology
