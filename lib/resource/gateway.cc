#include "lib/resource/gateway.h"

namespace egressctl::resource {
namespace {

// A server's port is read as any other; `targetPort` has no effect there.
Server read_server(const Fields& in) {
  return {.port = in.object("port", read_port),
          .bind = in.text("bind"),
          .hosts = in.texts("hosts"),
          .tls = in.object("tls", read_server_tls),
          .default_endpoint = in.text("defaultEndpoint"),
          .name = in.text("name")};
}

}  // namespace

Gateway read_gateway(const Fields& in) {
  return {.selector = in.text_map("selector"), .servers = in.objects("servers", read_server)};
}

}  // namespace egressctl::resource
