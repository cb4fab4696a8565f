// What routes of the Gateway API are attached to: listeners, or hosts of the mesh.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/mesh/gateway_api_routes.h"

namespace egressctl::mesh::gateway_api {

// One attachment that istiod accepts.
struct Parent {
  std::string gateway;  // "mesh", or "namespace/name"
  const resource::Positioned<resource::ParentRef>* ref = nullptr;
  const ListenerParent* listener = nullptr;  // nullptr: of the mesh
  std::vector<resource::Text> hosts;         // of the mesh: those of the Service or ServiceEntry
  std::vector<std::string> other_hosts;      // of listeners beside it, of one port and protocol

  [[nodiscard]] bool is_mesh() const { return listener == nullptr; }

  // Whether a request for the host may come in here and not at a more specific listener.
  [[nodiscard]] bool keeps(std::string_view host) const;
};

// The attachments of a route, in istiod's order.
[[nodiscard]] std::vector<Parent> parents_of(const RouteSources& sources,
                                             const resource::Resource& route);

// The hosts that both the route and the listener have; of two that overlap the narrower one. Those
// of a route without hosts are every one.
[[nodiscard]] std::vector<resource::Text> shared_hosts(const std::vector<resource::Text>& route,
                                                       const resource::Text& listener);

// The route's `hostnames`, or "*".
[[nodiscard]] std::vector<resource::Text> hosts_of(const resource::KubernetesRoute& route);

}  // namespace egressctl::mesh::gateway_api
