#include "lib/resource/traffic_policy.h"

namespace egressctl::resource {
namespace {

constexpr Word<H2UpgradePolicy> kUpgrades[] = {{"DEFAULT", H2UpgradePolicy::Default},
                                               {"DO_NOT_UPGRADE", H2UpgradePolicy::DoNotUpgrade},
                                               {"UPGRADE", H2UpgradePolicy::Upgrade}};

TcpKeepalive read_keepalive(const Fields& in) {
  return {.probes = in.number("probes"),
          .time = in.duration("time"),
          .interval = in.duration("interval")};
}

TcpPool read_tcp_pool(const Fields& in) {
  return {.max_connections = in.number("maxConnections"),
          .connect_timeout = in.duration("connectTimeout"),
          .idle_timeout = in.duration("idleTimeout"),
          .max_connection_duration = in.duration("maxConnectionDuration"),
          .tcp_keepalive = in.object("tcpKeepalive", read_keepalive)};
}

Http2Keepalive read_http2_keepalive(const Fields& in) {
  return {.interval = in.duration("interval"), .timeout = in.duration("timeout")};
}

HttpPool read_http_pool(const Fields& in) {
  return {.h2_upgrade_policy = read_h2_upgrade_policy(in),
          .http1_max_pending_requests = in.number("http1MaxPendingRequests"),
          .http2_max_requests = in.number("http2MaxRequests"),
          .max_requests_per_connection = in.number("maxRequestsPerConnection"),
          .max_retries = in.number("maxRetries"),
          .max_concurrent_streams = in.number("maxConcurrentStreams"),
          .idle_timeout = in.duration("idleTimeout"),
          .use_client_protocol = in.flag("useClientProtocol"),
          .http2_keep_alive = in.object("http2KeepAlive", read_http2_keepalive)};
}

Tunnel read_tunnel(const Fields& in) {
  return {.protocol = in.text("protocol"),
          .target_host = in.text("targetHost"),
          .target_port = in.number("targetPort")};
}

ProxyProtocol read_proxy_protocol(const Fields& in) {
  return {.version = in.text("version")};
}

PortTrafficPolicy read_port_policy(const Fields& in) {
  return {.port = in.object("port", read_port_selector),
          .load_balancer = in.object("loadBalancer", read_load_balancer),
          .connection_pool = in.object("connectionPool", read_connection_pool),
          .outlier_detection = in.object("outlierDetection", read_outlier_detection),
          .tls = in.object("tls", read_client_tls)};
}

}  // namespace

Positioned<H2UpgradePolicy> read_h2_upgrade_policy(const Fields& in) {
  return in.choice("h2UpgradePolicy", kUpgrades);
}

ConnectionPool read_connection_pool(const Fields& in) {
  return {.tcp = in.object("tcp", read_tcp_pool), .http = in.object("http", read_http_pool)};
}

TrafficPolicy read_traffic_policy(const Fields& in) {
  return {.load_balancer = in.object("loadBalancer", read_load_balancer),
          .connection_pool = in.object("connectionPool", read_connection_pool),
          .outlier_detection = in.object("outlierDetection", read_outlier_detection),
          .tls = in.object("tls", read_client_tls),
          .port_level_settings = in.objects("portLevelSettings", read_port_policy),
          .tunnel = in.object("tunnel", read_tunnel),
          .proxy_protocol = in.object("proxyProtocol", read_proxy_protocol),
          .retry_budget = in.raw("retryBudget")};
}

}  // namespace egressctl::resource
