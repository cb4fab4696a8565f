// Filter chains before they become part of a listener, and the filters in them.
//
// Source: istio/istio pilot/pkg/networking/core/{listener,networkfilter}.go.
#pragma once

#include <string>
#include <vector>

#include "lib/topology/cluster.h"
#include "lib/topology/listener.h"
#include "lib/topology/snapshot.h"

namespace egressctl::topology {

// As istiod's filterChainOpts.
struct ChainDraft {
  std::vector<std::string> sni_hosts;
  std::vector<std::string> cidrs;  // of the destination
  std::vector<std::string> application_protocols;
  std::string transport_protocol;
  std::vector<NetworkFilter> filters;
  std::optional<DownstreamTls> tls;
  Causes causes;

  [[nodiscard]] bool takes_all() const;

  // The same text for chains that want the same connections, which one listener can't have both.
  [[nodiscard]] std::string predicates() const;

  [[nodiscard]] FilterChainMatch match() const;
};

[[nodiscard]] NetworkFilter tcp_proxy(std::string cluster, Causes causes);
[[nodiscard]] NetworkFilter http_manager(std::string route_config, std::vector<Rbac> rbac,
                                         Causes causes);

// The filters for connections to one cluster: what the protocol asks for, then the TCP proxy.
[[nodiscard]] std::vector<NetworkFilter> to_cluster(resource::Protocol protocol,
                                                    std::string cluster, const Causes& causes);

// The filters for a route's destinations; `listener_port` counts where they name no port.
[[nodiscard]] std::vector<NetworkFilter> to_targets(const View& view,
                                                    const std::vector<RouteTarget>& targets,
                                                    resource::Protocol protocol,
                                                    std::int64_t listener_port,
                                                    const Causes& causes);

// Where connections go that nothing else takes, and why.
struct CatchAll {
  std::string cluster;
  Causes causes;
};
[[nodiscard]] CatchAll catch_all(const View& view);

// "10.0.0.0/8" for a CIDR or an address, host bits cleared as Envoy wants it; empty when it is
// neither.
[[nodiscard]] std::string to_cidr(std::string_view text);

}  // namespace egressctl::topology
