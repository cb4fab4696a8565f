// The filter chains of a sidecar for one port of one service: SNI matches of TLS routes, matches of
// TCP routes, HTTP.
//
// Source: istio/istio pilot/pkg/networking/core/{tls,listener}.go.
#pragma once

#include <string>
#include <vector>

#include "lib/topology/filter_chains.h"
#include "lib/topology/routes_by_host.h"

namespace egressctl::topology {

// A listener of a sidecar in the making.
struct OutboundPort {
  std::int64_t number = 0;
  resource::Protocol protocol = resource::Protocol::Tcp;
  std::vector<std::string> binds;  // addresses, the main one first
  std::vector<std::string> cidrs;  // of the service, where it has no address but a range
  const Service* service = nullptr;
  const RoutesByHost* routes = nullptr;  // that the proxy sees

  [[nodiscard]] std::string_view bind() const {
    return binds.empty() ? std::string_view() : std::string_view(binds.front());
  }
};

// The wildcard addresses of a proxy of those families, the main one first.
[[nodiscard]] std::vector<std::string> wildcards(IpMode mode);

// For TCP and TLS.
[[nodiscard]] std::vector<ChainDraft> tcp_chains(const View& view, const OutboundPort& port);

// For HTTP; `sniffed`: HTTP is told from TCP by the first bytes.
[[nodiscard]] ChainDraft http_chain(const View& view, const OutboundPort& port, bool sniffed);

}  // namespace egressctl::topology
