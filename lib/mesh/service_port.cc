#include "lib/mesh/service_port.h"

#include "lib/base/text.h"

namespace egressctl::mesh {

using resource::Protocol;

Protocol protocol_of(const resource::ServicePort& port) {
  if (*port.protocol == "UDP") return Protocol::Udp;
  // An appProtocol hides the name even when it means nothing to Istio.
  const std::string_view name = port.app_protocol.present() ? *port.app_protocol : *port.name;
  if (name == "kubernetes.io/h2c") return Protocol::Http2;
  if (name == "kubernetes.io/ws") return Protocol::Http;
  if (name == "kubernetes.io/wss") return Protocol::Https;
  const std::string lower = to_lower(name.substr(0, std::string_view("grpc-web").size()));
  if (lower == "grpc-web") return Protocol::GrpcWeb;
  const Protocol protocol = resource::parse_protocol(name.substr(0, name.find('-')));
  const bool server_speaks_first =
      *port.port == 25 || *port.port == 53 || *port.port == 3306 || *port.port == 27017;
  return protocol == Protocol::Unsupported && server_speaks_first ? Protocol::Tcp : protocol;
}

}  // namespace egressctl::mesh
