#include "lib/resource/protocol.h"

#include "lib/base/text.h"

namespace egressctl::resource {
namespace {

struct Name {
  std::string_view text;
  Protocol protocol;
};

constexpr Name kNames[] = {
    {"TCP", Protocol::Tcp},
    {"UDP", Protocol::Udp},
    {"GRPC", Protocol::Grpc},
    {"GRPC-Web", Protocol::GrpcWeb},
    {"HTTP", Protocol::Http},
    {"HTTP2", Protocol::Http2},
    {"HTTP_PROXY", Protocol::HttpProxy},
    {"HTTPS", Protocol::Https},
    {"TLS", Protocol::Tls},
    {"Mongo", Protocol::Mongo},
    {"Redis", Protocol::Redis},
    {"MySQL", Protocol::MySql},
    {"HBONE", Protocol::Hbone},
};

}  // namespace

Protocol parse_protocol(std::string_view name) {
  const std::string lower = to_lower(name);
  for (const Name& known : kNames)
    if (to_lower(known.text) == lower) return known.protocol;
  return Protocol::Unsupported;
}

std::string_view to_string(Protocol protocol) {
  for (const Name& known : kNames)
    if (known.protocol == protocol) return known.text;
  return "UnsupportedProtocol";
}

bool is_http(Protocol protocol) {
  switch (protocol) {
    case Protocol::Http:
    case Protocol::Http2:
    case Protocol::HttpProxy:
    case Protocol::Grpc:
    case Protocol::GrpcWeb: return true;
    default: return false;
  }
}

bool is_tls(Protocol protocol) {
  return protocol == Protocol::Tls || protocol == Protocol::Https;
}

}  // namespace egressctl::resource
