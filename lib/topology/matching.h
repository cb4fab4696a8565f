// What Envoy does with a connection or a request: which listener, which filter chain, which route.
//
// Source: envoyproxy.io, "Listener filter chain match" and "HTTP routing".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/topology/model.h"

namespace egressctl::topology {

// What a listener sees of a connection.
struct Connection {
  std::string address;  // of the destination; empty: an address that nobody knows
  std::uint32_t port = 0;
  bool tls = false;               // it begins with a ClientHello
  std::string sni;                // in it; empty: none
  std::vector<std::string> alpn;  // in it; of plain HTTP what the inspector finds: "http/1.1"
};

// The listener of a sidecar for that destination: one on the address, one on all addresses, or the
// one behind them all. nullptr when there is none.
[[nodiscard]] const Listener* outbound_listener(const Topology& sidecar, std::string_view address,
                                                std::uint32_t port);

// The listener of a gateway that clients reach on the pod's port, or nullptr.
[[nodiscard]] const Listener* listener_on(const Topology& gateway, std::uint32_t port);

// The chain that takes the connection, or nullptr. As in Envoy the parts of matches are looked at
// one after the other, each time the most specific value wins, and there is no way back.
[[nodiscard]] const FilterChain* find_chain(const Listener& listener, const Connection& connection);

// The virtual host for a Host header, or nullptr: an exact domain, "*.suffix", "prefix.*", "*".
[[nodiscard]] const VirtualHost* find_virtual_host(const RouteConfiguration& routes,
                                                   std::string_view authority);

// The first route of the virtual host for a path and a method whose header matches are none, or
// nullptr.
[[nodiscard]] const Route* find_route(const VirtualHost& host, std::string_view path);

}  // namespace egressctl::topology
