// Routes of the Gateway API of which istiod makes nothing.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "lib/mesh/gateways.h"
#include "lib/mesh/host_index.h"

namespace egressctl::lint::rules {

// What they are for, so that what they would do is not missing elsewhere: why they are refused is
// told by rules of their own. Immutable once built; for a mesh with what was made of its routes.
class RefusedRoutes {
 public:
  explicit RefusedRoutes(const mesh::Mesh& mesh);

  // Whether one of them takes the host, or a part of it, and names the Gateway, one of its name in
  // another namespace, or one that the input lacks.
  [[nodiscard]] bool lead(const mesh::GatewayView& gateway, std::string_view host) const;

 private:
  using Routed = mesh::HostIndex<resource::Resource>;

  void add(const std::unordered_set<std::string_view>& known, const resource::Resource& route);

  std::unordered_map<std::string, Routed> by_gateway_;  // by its name
  Routed elsewhere_;                                    // those of Gateways that the input lacks
};

}  // namespace egressctl::lint::rules
