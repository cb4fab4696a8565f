// A host that proxies know of: a Service of Kubernetes, or one host of a ServiceEntry.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/mesh/service_port.h"
#include "lib/mesh/visibility.h"
#include "lib/resource/resource.h"

namespace egressctl::mesh {

struct Service {
  std::string host;  // "x.ns.svc.cluster.local", "www.example.com" or "*.example.com"
  std::string_view name_space;
  const resource::Resource* resource = nullptr;
  const resource::ServiceEntry* entry = nullptr;  // of a ServiceEntry, else nullptr
  const resource::Service* kubernetes = nullptr;  // of a Service, else nullptr
  Visibility visibility;
  std::vector<ServicePort> ports;
  SourceRange range;  // where the host, or the Service's name, is written

  // The port of that number, or nullptr.
  [[nodiscard]] const ServicePort* port(std::int64_t number) const {
    for (const ServicePort& candidate : ports)
      if (candidate.number == number) return &candidate;
    return nullptr;
  }

  [[nodiscard]] bool is_external() const {
    return entry != nullptr && *entry->location == resource::Location::MeshExternal;
  }
};

}  // namespace egressctl::mesh
