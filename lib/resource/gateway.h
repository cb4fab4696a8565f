// Istio's Gateway: what the proxies that its selector picks listen for.
//
// Source: istio.io/docs/reference/config/networking/gateway/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/port.h"
#include "lib/resource/positioned.h"
#include "lib/resource/tls_settings.h"

namespace egressctl::resource {

struct Server {
  Positioned<Port> port;
  Text bind;
  Texts hosts;  // "host" or "namespace/host", the namespace being that of VirtualServices
  Positioned<ServerTls> tls;
  Text default_endpoint;
  Text name;
};

struct Gateway {
  TextMap selector;  // labels of gateway pods
  List<Server> servers;
};

// Reads `spec`.
[[nodiscard]] Gateway read_gateway(const Fields& in);

}  // namespace egressctl::resource
