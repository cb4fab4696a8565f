// What istiod would send one proxy.
//
// Plain data, in Envoy's terms. It points into the resources of the Mesh that it was computed from;
// these must outlive it.
#pragma once

#include <string_view>
#include <vector>

#include "lib/mesh/settings.h"
#include "lib/topology/access_logging.h"
#include "lib/topology/cluster.h"
#include "lib/topology/listener.h"
#include "lib/topology/proxy.h"
#include "lib/topology/route.h"

namespace egressctl::topology {

struct Topology {
  Proxy proxy;
  mesh::Settings settings;
  AccessLogging logging;
  std::vector<Listener> listeners;         // those for egress by port and address, then the others
  std::vector<Cluster> clusters;           // by name
  std::vector<RouteConfiguration> routes;  // those that listeners name, in their order

  // Each nullptr when there is none of that name. O(log n) for clusters, else O(n).
  [[nodiscard]] const Listener* listener(std::string_view name) const;
  [[nodiscard]] const Cluster* cluster(std::string_view name) const;
  [[nodiscard]] const RouteConfiguration* route(std::string_view name) const;
};

}  // namespace egressctl::topology
