// TrafficPolicy: how a proxy talks to a destination.
//
// Source: istio.io/docs/reference/config/networking/destination-rule/#TrafficPolicy.
#pragma once

#include "lib/resource/destination.h"
#include "lib/resource/fields.h"
#include "lib/resource/load_balancer.h"
#include "lib/resource/positioned.h"
#include "lib/resource/tls_settings.h"

namespace egressctl::resource {

struct TcpKeepalive {
  Number probes;
  Duration time;
  Duration interval;
};

struct TcpPool {
  Number max_connections;
  Duration connect_timeout;
  Duration idle_timeout;
  Duration max_connection_duration;
  Positioned<TcpKeepalive> tcp_keepalive;
};

enum class H2UpgradePolicy { Default, DoNotUpgrade, Upgrade, Unknown };

struct Http2Keepalive {
  Duration interval;
  Duration timeout;
};

struct HttpPool {
  Positioned<H2UpgradePolicy> h2_upgrade_policy;
  Number http1_max_pending_requests;
  Number http2_max_requests;
  Number max_requests_per_connection;
  Number max_retries;
  Number max_concurrent_streams;
  Duration idle_timeout;
  Flag use_client_protocol;
  Positioned<Http2Keepalive> http2_keep_alive;
};

struct ConnectionPool {
  Positioned<TcpPool> tcp;
  Positioned<HttpPool> http;
};

struct Tunnel {
  Text protocol;
  Text target_host;
  Number target_port;
};

struct ProxyProtocol {
  Text version;  // "V1" or "V2"
};

// The policy of one port; what it lacks is not taken from the policy around it, but from Istio's
// defaults.
struct PortTrafficPolicy {
  Positioned<PortSelector> port;
  Positioned<LoadBalancer> load_balancer;
  Positioned<ConnectionPool> connection_pool;
  Positioned<OutlierDetection> outlier_detection;
  Positioned<ClientTls> tls;
};

struct TrafficPolicy {
  Positioned<LoadBalancer> load_balancer;
  Positioned<ConnectionPool> connection_pool;
  Positioned<OutlierDetection> outlier_detection;
  Positioned<ClientTls> tls;
  List<PortTrafficPolicy> port_level_settings;
  Positioned<Tunnel> tunnel;
  Positioned<ProxyProtocol> proxy_protocol;
  Positioned<Raw> retry_budget;
};

[[nodiscard]] Positioned<H2UpgradePolicy> read_h2_upgrade_policy(const Fields& in);
[[nodiscard]] ConnectionPool read_connection_pool(const Fields& in);
[[nodiscard]] TrafficPolicy read_traffic_policy(const Fields& in);

}  // namespace egressctl::resource
