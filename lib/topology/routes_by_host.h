// Finds VirtualServices by their hosts, fast where there are thousands.
#pragma once

#include <string_view>
#include <vector>

#include "lib/mesh/host_index.h"
#include "lib/topology/virtual_services.h"

namespace egressctl::topology {

// Points into the VirtualServices, which must outlive it. Safe to read from several threads.
class RoutesByHost {
 public:
  explicit RoutesByHost(std::vector<const VirtualService*> routes);
  RoutesByHost(const RoutesByHost&) = delete;
  RoutesByHost& operator=(const RoutesByHost&) = delete;

  // Those with a host that has a name in common with one of `hosts`, each once, in the order in
  // which they were given. Takes time by how many that are.
  [[nodiscard]] std::vector<const VirtualService*> overlapping(
      const std::vector<std::string_view>& hosts) const;

 private:
  using Place = const VirtualService*;

  std::vector<Place> routes_;
  mesh::HostIndex<Place> by_host_;  // places in `routes_`
  std::vector<const Place*> odd_;   // with hosts such as "*ample.com", which no index finds
};

}  // namespace egressctl::topology
