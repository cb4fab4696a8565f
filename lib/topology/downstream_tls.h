// How a gateway ends TLS.
//
// Source: istio/istio pilot/pkg/networking/core/listener.go (BuildListenerTLSContext) and
// pilot/pkg/security/model/authentication.go.
#pragma once

#include <optional>

#include "lib/topology/gateway_servers.h"
#include "lib/topology/tls_context.h"

namespace egressctl::topology {

// std::nullopt for a server that ends no TLS.
[[nodiscard]] std::optional<DownstreamTls> downstream_tls(const GatewayServer& server);

// The name under which a proxy asks for a Secret: "kubernetes://name", unless it has a scheme.
[[nodiscard]] std::string secret_name(std::string_view credential);

// "file-cert:CERT~KEY"; empty unless both are given.
[[nodiscard]] std::string file_secret_name(std::string_view certificate, std::string_view key);

}  // namespace egressctl::topology
