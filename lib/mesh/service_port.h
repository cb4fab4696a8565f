// The ports of the mesh's services, from Services of Kubernetes and from ServiceEntries.
//
// Source: istio/istio pkg/config/kube/conversion.go (ConvertProtocol), pkg/config/protocol.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/resource/protocol.h"
#include "lib/resource/service.h"

namespace egressctl::mesh {

struct ServicePort {
  std::int64_t number = 0;  // what clients dial
  std::string name;
  resource::Protocol protocol = resource::Protocol::Unsupported;
  std::int64_t target = 0;           // what the endpoints listen on; 0: by name
  std::string_view target_name;      // the name of a container port, when `target` is 0
  SourceRange range;                 // of the item in `ports`
  const yaml::Node* node = nullptr;  // the item
};

// The protocol that istiod takes a port of a Service to have: by the part of its `appProtocol`, or
// else of its name, before the first "-"; TCP for well-known ports where that says nothing.
// Unsupported means that the sidecar looks at the first bytes.
[[nodiscard]] resource::Protocol protocol_of(const resource::ServicePort& port);

}  // namespace egressctl::mesh
