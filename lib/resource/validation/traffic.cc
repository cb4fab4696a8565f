#include "lib/resource/validation/traffic.h"

#include <chrono>
#include <string_view>

#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {
namespace {

void check_not_negative(Report& report, const Number& number) {
  if (*number < 0)
    report.error(kInvalidConnectionPool, number.range, "a limit can't be negative, found {}",
                 *number);
}

void check_keepalive(Report& report, const Positioned<Http2Keepalive>& keepalive) {
  if (!keepalive.present()) return;
  const auto check = [&](const Duration& duration, std::string_view key) {
    if (!duration.present())
      report.missing(kInvalidConnectionPool, keepalive, duration, key,
                     "HTTP/2 keepalive has no \"{}\"", key);
    check_duration(report, duration);
  };
  check(keepalive->interval, "interval");
  check(keepalive->timeout, "timeout");
}

void check_http_pool(Report& report, const HttpPool& http) {
  check_not_negative(report, http.http1_max_pending_requests);
  check_not_negative(report, http.http2_max_requests);
  check_not_negative(report, http.max_requests_per_connection);
  check_not_negative(report, http.max_retries);
  check_not_negative(report, http.max_concurrent_streams);
  check_duration(report, http.idle_timeout);
  if (*http.h2_upgrade_policy == H2UpgradePolicy::Upgrade && *http.use_client_protocol)
    report
        .error(kInvalidConnectionPool, http.use_client_protocol.range,
               "\"useClientProtocol\" keeps the client's protocol, but \"h2UpgradePolicy\" is "
               "UPGRADE")
        .related(http.h2_upgrade_policy.range, "the upgrade");
  check_keepalive(report, http.http2_keep_alive);
}

void check_tcp_pool(Report& report, const TcpPool& tcp) {
  check_not_negative(report, tcp.max_connections);
  check_duration(report, tcp.connect_timeout);
  check_duration(report, tcp.max_connection_duration);
  // Under a millisecond it is 0, which switches the time-out off.
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(*tcp.idle_timeout);
  if (milliseconds.count() != 0) check_duration(report, tcp.idle_timeout);
  check_duration(report, tcp.tcp_keepalive->time);
  check_duration(report, tcp.tcp_keepalive->interval);
}

void check_percent(Report& report, const Number& number) {
  if (*number >= 0 && *number <= 100) return;
  report.error(kInvalidOutlierDetection, number.range, "{} is no percentage from 0 to 100",
               *number);
}

void check_tunnel(Report& report, const Positioned<Tunnel>& tunnel) {
  if (!tunnel.present()) return;
  const std::string_view protocol = *tunnel->protocol;
  if (!protocol.empty() && protocol != "CONNECT" && protocol != "POST")
    report.error(kInvalidTrafficPolicy, tunnel->protocol.range,
                 "the tunnel's protocol is \"{}\", expected \"CONNECT\" or \"POST\"", protocol);
  if (tunnel->target_host->empty()) {
    report.missing(kInvalidTrafficPolicy, tunnel, tunnel->target_host, "targetHost",
                   "the tunnel has no target host");
  } else if (const auto problem = domain_problem(*tunnel->target_host);
             problem && !is_address(*tunnel->target_host)) {
    report.error(kInvalidTrafficPolicy, tunnel->target_host.range,
                 "the tunnel's target \"{}\" is neither a domain name nor an IP address: {}",
                 *tunnel->target_host, *problem);
  }
  check_port(report, tunnel, tunnel->target_port, "targetPort");
}

template <typename Policy>
bool says_something(const Policy& policy) {
  return policy.outlier_detection.present() || policy.connection_pool.present() ||
         policy.load_balancer.present() || policy.tls.present();
}

template <typename Policy>
void check_common(Report& report, const Policy& policy) {
  check_outlier_detection(report, policy.outlier_detection);
  check_connection_pool(report, policy.connection_pool);
  check_load_balancer(report, policy.load_balancer, policy.outlier_detection.present());
  check_client_tls(report, policy.tls);
}

void check_port_policy(Report& report, const Positioned<PortTrafficPolicy>& policy) {
  const Report::Lost lost(report, Report::What::Warnings);
  if (!policy->port.present())
    report.missing(kInvalidTrafficPolicy, policy, policy->port, "port", "the settings name no port")
        .help("add \"port: {number: ...}\"");
  if (says_something(*policy)) return check_common(report, *policy);
  report
      .error(kInvalidTrafficPolicy, policy->port.present() ? policy->port.key : policy.range,
             "the settings of the port say nothing")
      .help("add \"tls\", \"loadBalancer\", \"connectionPool\" or \"outlierDetection\"");
}

}  // namespace

void check_connection_pool(Report& report, const Positioned<ConnectionPool>& pool) {
  if (!pool.present()) return;
  if (!pool->http.present() && !pool->tcp.present()) {
    report.error(kInvalidConnectionPool, pool.key, "the connection pool says nothing")
        .help("add \"tcp\" or \"http\"");
    return;
  }
  if (pool->http.present()) check_http_pool(report, *pool->http);
  if (pool->tcp.present()) check_tcp_pool(report, *pool->tcp);
}

void check_outlier_detection(Report& report, const Positioned<OutlierDetection>& outlier) {
  if (!outlier.present()) return;
  check_duration(report, outlier->base_ejection_time);
  check_duration(report, outlier->interval);
  if (*outlier->consecutive_errors != 0)
    report
        .warning(kDeprecatedField, outlier->consecutive_errors.key,
                 "\"consecutiveErrors\" is deprecated")
        .help("use \"consecutiveGatewayErrors\" or \"consecutive5xxErrors\"");
  if (!*outlier->split_external_local_origin_errors &&
      *outlier->consecutive_local_origin_failures > 0)
    report
        .error(kInvalidOutlierDetection, outlier->consecutive_local_origin_failures.range,
               "\"consecutiveLocalOriginFailures\" counts nothing unless "
               "\"splitExternalLocalOriginErrors\" is true")
        .help("set \"splitExternalLocalOriginErrors: true\"");
  check_percent(report, outlier->max_ejection_percent);
  check_percent(report, outlier->min_health_percent);
}

void check_traffic_policy(Report& report, const Positioned<TrafficPolicy>& policy) {
  if (!policy.present()) return;
  const bool has_more = !policy->port_level_settings->empty() || policy->tunnel.present() ||
                        policy->proxy_protocol.present() || policy->retry_budget.present();
  if (!says_something(*policy) && !has_more) {
    report.error(kInvalidTrafficPolicy, policy.key, "the traffic policy says nothing")
        .help("add a setting such as \"tls\", or remove it");
    return;
  }
  if (policy->tunnel.present() && policy->proxy_protocol.present()) {
    report
        .error(kInvalidTrafficPolicy, policy->proxy_protocol.key,
               "\"tunnel\" and \"proxyProtocol\" exclude each other")
        .related(policy->tunnel.key, "the tunnel");
    return;
  }
  check_common(report, *policy);
  for (const auto& settings : *policy->port_level_settings) check_port_policy(report, settings);
  check_tunnel(report, policy->tunnel);
}

}  // namespace egressctl::resource::validation
