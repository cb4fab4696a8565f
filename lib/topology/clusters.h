// The clusters of a proxy.
//
// Source: istio/istio
// pilot/pkg/networking/core/{cluster,cluster_builder,cluster_traffic_policy}.go.
#pragma once

#include <vector>

#include "lib/topology/cluster.h"
#include "lib/topology/snapshot.h"

namespace egressctl::topology {

// Those of all services that the proxy knows, with their subsets, in istiod's order.
[[nodiscard]] std::vector<Cluster> service_clusters(const View& view);

// Those named by SNI, for gateways between networks.
[[nodiscard]] std::vector<Cluster> sni_clusters(const View& view);

// Those that every proxy of its type has.
[[nodiscard]] std::vector<Cluster> fixed_clusters(const View& view);

}  // namespace egressctl::topology
