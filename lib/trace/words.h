// Parts of a topology in words.
#pragma once

#include <string>
#include <string_view>

#include "lib/topology/model.h"
#include "lib/trace/trace.h"

namespace egressctl::trace {

// "SNI *.example.com", "transport raw_buffer, ALPN http/1.1", ..., "every connection".
[[nodiscard]] std::string describe(const topology::FilterChainMatch& match);

// "host:port", "[address]:port" of IPv6.
[[nodiscard]] std::string at(std::string_view host, std::int64_t port);

[[nodiscard]] std::string_view to_string(Place place);
[[nodiscard]] std::string_view to_string(topology::TlsKind kind);

// "mTLS of the mesh, SNI example.com, ALPN istio, SAN spiffe://..."; says when nothing checks the
// server's certificate.
[[nodiscard]] std::string describe(const HopTls& tls);

// "mTLS of the mesh, shows spiffe://..., asks for a certificate of ROOTCA".
[[nodiscard]] std::string describe(const EndedTls& tls);

// "namespace/name" of the client.
[[nodiscard]] std::string client_name(const Request& request);

}  // namespace egressctl::trace
