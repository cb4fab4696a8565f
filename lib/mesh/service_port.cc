#include "lib/mesh/service_port.h"

#include "lib/base/text.h"

namespace egressctl::mesh {
namespace {

using resource::Protocol;

Protocol by_app_protocol(std::string_view word) {
  if (word == "kubernetes.io/h2c") return Protocol::Http2;
  if (word == "kubernetes.io/ws") return Protocol::Http;
  if (word == "kubernetes.io/wss") return Protocol::Https;
  return resource::parse_protocol(word);
}

}  // namespace

Protocol protocol_of(const resource::ServicePort& port) {
  if (*port.protocol == "UDP") return Protocol::Udp;
  if (!port.app_protocol->empty()) {
    const Protocol protocol = by_app_protocol(*port.app_protocol);
    if (protocol != Protocol::Unsupported) return protocol;
  }
  const std::string_view name = *port.name;
  const std::string lower = to_lower(name.substr(0, std::string_view("grpc-web").size()));
  if (lower == "grpc-web") return Protocol::GrpcWeb;
  return resource::parse_protocol(name.substr(0, name.find('-')));
}

}  // namespace egressctl::mesh
