// How much a cluster takes: connections, requests and time, and endpoints that are put aside.
//
// Source: applyConnectionPool and applyOutlierDetection of istio/istio
// pilot/pkg/networking/core/cluster_traffic_policy.go.
#pragma once

#include "lib/bootstrap/json.h"
#include "lib/topology/cluster.h"

namespace egressctl::bootstrap {

// Circuit breakers, which istiod opens as far as they go where no policy closes them, the time to
// connect, TCP keepalive and outlier detection.
void set_limits(const topology::Cluster& cluster, Json& out);

// What a policy says of connections of whatever protocol
// (envoy.config.core.v3.HttpProtocolOptions): null where it says nothing.
[[nodiscard]] Json connection_options(const topology::Cluster& cluster);

// The same of HTTP/2 (envoy.config.core.v3.Http2ProtocolOptions), empty where it says nothing.
[[nodiscard]] Json http2_options(const topology::Cluster& cluster);

}  // namespace egressctl::bootstrap
