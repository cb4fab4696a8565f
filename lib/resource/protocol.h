// The application protocols that Istio tells apart by name.
//
// Source: istio/istio pkg/config/protocol/instance.go.
#pragma once

#include <string_view>

namespace egressctl::resource {

enum class Protocol {
  Unsupported,  // no name, or one that Istio does not know
  Tcp,
  Udp,
  Grpc,
  GrpcWeb,
  Http,
  Http2,
  HttpProxy,
  Https,
  Tls,
  Mongo,
  Redis,
  MySql,
  Hbone,
};

// The protocol of a name, whatever its case ("tls", "TLS").
[[nodiscard]] Protocol parse_protocol(std::string_view name);

// The name in Istio's own spelling: "TLS", "GRPC-Web", "UnsupportedProtocol".
[[nodiscard]] std::string_view to_string(Protocol protocol);

[[nodiscard]] bool is_http(Protocol protocol);  // HTTP, HTTP/2, gRPC and gRPC-Web, HTTP_PROXY
[[nodiscard]] bool is_tls(Protocol protocol);   // TLS and HTTPS

}  // namespace egressctl::resource
