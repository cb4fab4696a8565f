// Forwarders for tests: their configurations, and connections through them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/forward/forwarder.h"
#include "lib/forward/test_network.h"
#include "lib/forward/tls/certificates.h"

namespace egressctl::forward::testing {

// A fatal alert, unrecognized_name.
inline constexpr std::string_view kAlert("\x15\x03\x01\x00\x02\x02\x70", 7);
inline constexpr const char* kHost = "www.example.com";
inline constexpr const char* kGatewayId =
    "spiffe://cluster.local/ns/istio-egress/sa/istio-egressgateway";
inline constexpr const char* kClientId = "spiffe://cluster.local/ns/default/sa/ubuntu";

inline RouteConfig route_to(const SocketAddress& address,
                            std::vector<std::string> names = {kHost}) {
  RouteConfig out;
  out.names = std::move(names);
  out.host = address.ip.to_string();
  out.port = address.port;
  return out;
}

inline Config config_with(std::vector<RouteConfig> routes) {
  Config out;
  out.workers = 2;
  ListenerConfig listener;
  listener.name = "test";
  listener.address = *SocketAddress::parse("127.0.0.1:0");
  listener.routes = std::move(routes);
  out.listeners = {std::move(listener)};
  return out;
}

inline std::unique_ptr<Forwarder> start(const Config& config) {
  auto started = Forwarder::start(config);
  REQUIRE_MESSAGE(started, (started ? "" : started.error().message));
  return std::move(*started);
}

inline const SocketAddress& address_of(const Forwarder& forwarder) {
  return forwarder.listeners().front().address;
}

// Those of its only listener.
inline const ListenerCounters& counters_of(const Forwarder& forwarder) {
  return *forwarder.listeners().front().counters;
}

// Asks for a name, sends the payload behind the hello and gives back what comes until the end.
inline std::string exchange(const SocketAddress& address, std::string_view name,
                            const std::string& payload) {
  const UniqueFd fd = connect_to(address);
  REQUIRE(fd.valid());
  const std::string sent = hello_for(name) + payload;
  std::thread sender([&] {
    send_all(fd.get(), sent);
    ::shutdown(fd.get(), SHUT_WR);
  });
  std::string got = receive_all(fd.get());
  sender.join();
  return got;
}

// The same hash or the same bytes: what failed is too long to print.
inline void check_same(const std::string& got, const std::string& expected) {
  CHECK_EQ(got.size(), expected.size());
  CHECK((got == expected));
}

// What a test of mutual TLS needs.
struct Mesh {
  Authority authority = *Authority::make("mesh");
  Credentials gateway = *authority.issue({.uris = {kGatewayId}, .hosts = {}});
  Credentials client = *authority.issue({.uris = {kClientId}, .hosts = {}});

  [[nodiscard]] TlsConfig gateway_tls() const {
    TlsConfig out;
    out.given = gateway;
    out.alpn = {"istio"};
    return out;
  }
  [[nodiscard]] TlsConfig client_tls() const {
    TlsConfig out;
    out.given = client;
    out.peer_names = {kGatewayId};
    out.alpn = {"istio"};
    out.server_name = "outbound_.443_.wildcard_.gateway.istio-egress.svc.cluster.local";
    return out;
  }

  [[nodiscard]] RouteConfig terminating(std::vector<RouteConfig> inside) const {
    RouteConfig out;
    out.names = {"*"};
    out.cluster = "sni_cluster";
    out.termination = TerminationConfig{.tls = gateway_tls(),
                                        .look_inside = true,
                                        .inside = std::move(inside),
                                        .same_name = false,
                                        .listener = "sni_listener"};
    return out;
  }
  [[nodiscard]] RouteConfig wrapping(const SocketAddress& gateway_address) const {
    RouteConfig out = route_to(gateway_address, {"*.example.com"});
    out.tls = client_tls();
    return out;
  }
};

}  // namespace egressctl::forward::testing
