// The ports on which sidecars come to the routes of a VirtualService.
//
// Source: istio/istio pilot/pkg/networking/core (route/route.go
// buildSidecarVirtualHostsForVirtualService; tls.go buildSidecarOutboundTLSFilterChainOpts,
// buildSidecarOutboundTCPFilterChainOpts).
#pragma once

#include <cstdint>
#include <vector>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/hops.h"

namespace egressctl::lint::rules {

// The ports of what a VirtualService's hosts mean.
struct HostPorts {
  std::vector<const mesh::ServicePort*> all;
  bool complete = true;  // each host is known

  [[nodiscard]] bool has(std::int64_t number) const;
};

[[nodiscard]] HostPorts host_ports(const Context& in, const mesh::VirtualService& service);

// Whether sidecars use rules of the kind for the port.
[[nodiscard]] bool suits(mesh::RouteKind kind, const mesh::ServicePort& port);

// The ports of the hosts on which sidecars take the route: its kind and a match of it suit them,
// and no rule before it takes all that comes there. Each once.
[[nodiscard]] std::vector<std::int64_t> sidecar_ports(const HostPorts& ports,
                                                      const mesh::VirtualService& service,
                                                      const mesh::Route& route);

// Whether sidecars are known never to come to the route of a hop, as rules before it take all.
[[nodiscard]] bool sidecars_never_come(const Context& in, const Hop& hop);

}  // namespace egressctl::lint::rules
