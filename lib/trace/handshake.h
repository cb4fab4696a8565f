// What the chains of proxies do with TLS and SNI.
#pragma once

#include <optional>
#include <string>

#include "lib/topology/listener.h"
#include "lib/topology/tls_context.h"

namespace egressctl::trace {

// Whether the chain connects to whatever name the SNI says.
[[nodiscard]] bool forwards_by_sni(const topology::FilterChain& chain);

// Whether a filter of the chain makes the next hop's TLS carry the SNI of the client's.
//
// Source: envoyproxy.io, "Well known filter state objects": envoy.network.upstream_server_name.
[[nodiscard]] bool forwards_sni(const topology::FilterChain& chain);

// Why the TLS of a client's proxy and of a gateway's chain do not fit; std::nullopt when they do.
// `tls`: what the proxy makes, std::nullopt: nothing; `any_tls`: the connection is TLS all the
// same, the application's; `own_name`: the gateway's, as a URI.
[[nodiscard]] std::optional<std::string> handshake_problem(
    const topology::FilterChain& chain, const std::optional<topology::UpstreamTls>& tls,
    bool any_tls, const std::string& own_name);

}  // namespace egressctl::trace
