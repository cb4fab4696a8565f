// The servers of all Gateways that select a proxy, merged by port.
//
// Source: istio/istio pilot/pkg/model/gateway.go (mergeGateways).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/topology/snapshot.h"

namespace egressctl::topology {

struct GatewayServer {
  const resource::Resource* resource = nullptr;  // the Gateway
  const resource::Positioned<resource::Server>* server = nullptr;
  std::string gateway;             // "namespace/name"
  std::vector<std::string> hosts;  // "host" or "namespace/host"
  std::string route_name;          // of its RouteConfiguration; empty unless HTTP ends here

  [[nodiscard]] const resource::Server& spec() const { return **server; }
  [[nodiscard]] resource::Protocol protocol() const { return *spec().port->protocol; }
  [[nodiscard]] bool has_tls() const { return spec().tls.present(); }
  [[nodiscard]] bool passes_tls_through() const;
  [[nodiscard]] bool ends_https() const;
  [[nodiscard]] bool speaks_http() const;
  [[nodiscard]] bool is_tls_server() const;

  // The hosts as SNI has them, sorted.
  [[nodiscard]] std::vector<std::string> sni_hosts() const;
};

// The servers on one port of the pod.
struct ServerPort {
  std::uint32_t number = 0;
  std::string protocol;   // as written
  std::string_view bind;  // empty: every address
  std::vector<const GatewayServer*> servers;
  std::string route_name;  // of plain HTTP servers
};

struct MergedGateway {
  std::deque<GatewayServer> all;
  std::deque<ServerPort> ports;  // in the order in which they came up
  std::map<std::string, std::vector<const GatewayServer*>> by_route;
  bool auto_passthrough = false;  // some server does AUTO_PASSTHROUGH
  std::map<std::string, std::vector<std::uint32_t>> ports_by_route;  // of servers, as written
};

[[nodiscard]] MergedGateway merge_gateways(const View& view);

}  // namespace egressctl::topology
