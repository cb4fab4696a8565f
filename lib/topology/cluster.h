// Whom a proxy connects to, and how.
//
// Source: envoy.config.cluster.v3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/resource/traffic_policy.h"
#include "lib/topology/cause.h"
#include "lib/topology/tls_context.h"
#include "lib/topology/written.h"

namespace egressctl::topology {

inline constexpr std::string_view kBlackHoleCluster = "BlackHoleCluster";
inline constexpr std::string_view kPassthroughCluster = "PassthroughCluster";
// Where requests for hosts that no one registered go with ALLOW_ANY_DYNAMIC_DNS.
inline constexpr std::string_view kAllowAnyDynamicDnsCluster = "AllowAnyDynamicDNSCluster";
inline constexpr std::string_view kDynamicForwardProxy = "envoy.clusters.dynamic_forward_proxy";

enum class ClusterType { Static, StrictDns, LogicalDns, Eds, OriginalDst, Custom };

enum class LbPolicy {
  RoundRobin,
  LeastRequest,
  RingHash,
  Random,
  Maglev,
  ClusterProvided,
  LoadBalancingPolicyConfig,
};

struct Endpoint {
  std::string address;                         // an IP, a host name, "unix://..." or "envoy://..."
  std::uint32_t port = 0;                      // 0 when the address has none
  bool healthy = true;                         // as Kubernetes tells
  bool mutual_tls = false;                     // its proxy ends mTLS: auto mTLS uses it
  const resource::Resource* source = nullptr;  // the Pod, EndpointSlice, ServiceEntry, ...

  // "10.0.0.1:443", or the address alone.
  [[nodiscard]] std::string text() const;
};

struct Cluster {
  std::string name;  // "outbound|443|subset|host" for those of a service
  ClusterType type = ClusterType::Static;
  std::string custom_type;  // of ClusterType::Custom
  LbPolicy lb_policy = LbPolicy::RoundRobin;
  std::vector<Endpoint> endpoints;
  std::optional<UpstreamTls> tls;             // std::nullopt: plain text, unless:
  std::vector<UpstreamTlsMatch> tls_matches;  // the first whose label an endpoint has
  bool http2 = false;                         // speaks nothing but HTTP/2

  // Of a service's cluster.
  std::string service;  // its host; empty for a cluster of no service
  std::string subset;
  std::uint32_t port = 0;
  const resource::Resource* owner = nullptr;  // the Service or ServiceEntry
  const resource::Resource* rule = nullptr;   // the (first) DestinationRule that applies
  // What its policy says of connections and of endpoints that fail; nullptr: nothing.
  const resource::ConnectionPool* connection_pool = nullptr;
  const resource::OutlierDetection* outlier_detection = nullptr;
  Causes causes;  // what made it: service, subset, policy, patch
  Written written = {};
  const yaml::Node* other_socket = nullptr;  // a transport socket that is not TLS, by a patch
};

// "EDS", "STRICT_DNS", ..., or the name of a custom type.
[[nodiscard]] std::string_view type_name(const Cluster& cluster);

// "LEAST_REQUEST", ...
[[nodiscard]] std::string_view to_string(LbPolicy policy);

}  // namespace egressctl::topology
