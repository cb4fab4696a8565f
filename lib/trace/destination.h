// What a client means by the host and the port that it asks for.
#pragma once

#include <string>

#include "lib/mesh/mesh.h"
#include "lib/trace/trace.h"

namespace egressctl::trace {

struct Destination {
  std::string host;     // in full, or an address
  std::string name;     // as the client says it, in lower case; empty: an address
  std::string address;  // that it connects to; empty: not known
  const mesh::Service* service = nullptr;  // nullptr: the client's namespace sees none
  Protocol protocol = Protocol::Tls;

  // Whether it is a Service or an entry of the mesh itself.
  [[nodiscard]] bool is_inside() const { return service != nullptr && !service->is_external(); }
};

[[nodiscard]] Destination destination_of(const mesh::Mesh& mesh, const Request& request);

}  // namespace egressctl::trace
