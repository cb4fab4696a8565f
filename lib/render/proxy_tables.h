// A proxy's configuration as the tables of `istioctl proxy-config`; each empty, without even a
// header, when there is nothing to show.
//
// Source: istio/istio istioctl/pkg/writer/envoy.
#pragma once

#include <string>

#include "lib/topology/model.h"

namespace egressctl::render {

// ADDRESSES PORT MATCH DESTINATION, a line for each filter chain, by port and address.
[[nodiscard]] std::string listener_table(const topology::Topology& topology);

// SERVICE FQDN, PORT, SUBSET, DIRECTION, TYPE, DESTINATION RULE.
[[nodiscard]] std::string cluster_table(const topology::Topology& topology);

// NAME, VHOST NAME, DOMAINS, MATCH, VIRTUAL SERVICE. Routes to PassthroughCluster are left out.
[[nodiscard]] std::string route_table(const topology::Topology& topology);

// ENDPOINT, STATUS, OUTLIER CHECK, CLUSTER. The addresses of names are known to no one but DNS: the
// name stands for them.
[[nodiscard]] std::string endpoint_table(const topology::Topology& topology);

}  // namespace egressctl::render
