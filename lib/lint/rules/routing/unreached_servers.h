// Servers that no client gets to, for a reason that rules about their Gateways tell.
#pragma once

#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/lint/context.h"
#include "lib/mesh/host_index.h"

namespace egressctl::lint::rules {

// The hosts of servers whose Gateway no known Service leads to, or on a port that its Services
// lack. What such a server would take is not missing elsewhere. Immutable once built.
class UnreachedServers {
 public:
  explicit UnreachedServers(const Context& in);

  // Whether one of them takes a name or wildcard, be it by a wildcard of its own, for a
  // VirtualService that is bound to its Gateway: others are for other traffic.
  [[nodiscard]] bool take(std::string_view host) const;

 private:
  using Routed = mesh::HostIndex<mesh::VirtualService>;

  std::deque<Routed> routed_;  // one for each Gateway
  std::unordered_map<std::string_view, std::vector<const Routed*>> by_host_;
};

}  // namespace egressctl::lint::rules
