// Istio's Port: a number, a protocol and a name.
//
// Source: istio.io/docs/reference/config/networking/gateway/#Port and .../service-entry/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/protocol.h"

namespace egressctl::resource {

// Of a Gateway server, a ServiceEntry or a Sidecar listener.
struct Port {
  Number number;                  // what clients dial; at a Gateway, the Service's port
  Positioned<Protocol> protocol;  // its spelling: text()
  Text name;
  Number target_port;  // ServiceEntry: where the endpoints listen; absent: `number`
};

[[nodiscard]] Port read_port(const Fields& in);

// Reads a field that names a protocol; Protocol::Unsupported when absent.
[[nodiscard]] Positioned<Protocol> read_protocol(const Fields& in, std::string_view key);

}  // namespace egressctl::resource
