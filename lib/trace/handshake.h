// What the chains of proxies do with TLS and SNI.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/topology/cluster.h"
#include "lib/topology/listener.h"
#include "lib/topology/tls_context.h"
#include "lib/trace/trace.h"

namespace egressctl::trace {

// The port to which a filter connects by SNI; 0 where it does not say.
//
// Source: envoyproxy/envoy source/extensions/filters/network/sni_dynamic_forward_proxy
// (`port_value`).
[[nodiscard]] std::uint32_t forwarded_port(const topology::NetworkFilter& sni_forwarder);

// Whether a filter of the chain makes the next hop's TLS carry the SNI of the client's.
//
// Source: envoyproxy.io, "Well known filter state objects": envoy.network.upstream_server_name.
[[nodiscard]] bool forwards_sni(const topology::FilterChain& chain);

// What is made for an endpoint of the cluster; std::nullopt: nothing.
[[nodiscard]] std::optional<topology::UpstreamTls> tls_to(const topology::Cluster& cluster,
                                                          const topology::Endpoint& endpoint);

// What the two ends of a connection show and ask for; `identity` is the proxy's own, which its
// certificate "default" has.
[[nodiscard]] HopTls describe_tls(const topology::UpstreamTls& tls, std::string sni,
                                  const std::string& identity);
[[nodiscard]] EndedTls describe_tls(const topology::DownstreamTls& tls,
                                    const std::string& identity);

// A handshake that fails.
struct HandshakeProblem {
  std::string words;
  std::string seen_by_client;  // %UPSTREAM_TRANSPORT_FAILURE_REASON% of its proxy; empty: nothing
  bool answered = false;       // by an HTTP server, which finds no request in it
};

// Why the TLS of a client's proxy and of a gateway's chain do not fit; std::nullopt when they do.
// `tls`: what the proxy makes, std::nullopt: nothing; `any_tls`: the connection is TLS all the
// same, the application's; `own_name`: the gateway's, as a URI.
[[nodiscard]] std::optional<HandshakeProblem> handshake_problem(
    const topology::FilterChain& chain, const std::optional<topology::UpstreamTls>& tls,
    bool any_tls, const std::string& own_name);

}  // namespace egressctl::trace
