#include "lib/bootstrap/limits.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>

#include <fmt/format.h>

namespace egressctl::bootstrap {
namespace {

using resource::Duration;
using resource::Number;

constexpr std::uint32_t kUnlimited = std::numeric_limits<std::uint32_t>::max();

void set(const Duration& duration, const char* name, Json& out) {
  if (duration.present()) out[name] = duration_text(*duration);
}

void set_positive(const Number& number, const char* name, Json& out) {
  if (*number > 0) out[name] = *number;
}

Json thresholds(const resource::ConnectionPool& pool) {
  Json out;
  for (const char* name :
       {"max_connections", "max_pending_requests", "max_requests", "max_retries"})
    out[name] = kUnlimited;
  set_positive(pool.tcp->max_connections, "max_connections", out);
  set_positive(pool.http->http1_max_pending_requests, "max_pending_requests", out);
  set_positive(pool.http->http2_max_requests, "max_requests", out);
  set_positive(pool.http->max_retries, "max_retries", out);
  return out;
}

Json keepalive(const resource::TcpKeepalive& from) {
  Json out = Json::object();
  set_positive(from.probes, "keepalive_probes", out);
  const auto seconds = [&](const Duration& duration, const char* name) {
    if (duration.present())
      out[name] = std::chrono::duration_cast<std::chrono::seconds>(*duration).count();
  };
  seconds(from.time, "keepalive_time");
  seconds(from.interval, "keepalive_interval");
  return out;
}

// How many errors in a row, and whether that puts an endpoint aside: zero says it does not.
void set_errors(const Number& errors, std::string_view name, Json& out) {
  if (!errors.present()) return;
  constexpr int kAlways = 100;
  out[fmt::format("consecutive_{}", name)] = *errors;
  out[fmt::format("enforcing_consecutive_{}", name)] = *errors > 0 ? kAlways : 0;
}

Json outlier_detection(const resource::OutlierDetection& from) {
  Json out = {{"enforcing_success_rate", 0}};
  set_errors(from.consecutive_5xx_errors, "5xx", out);
  set_errors(from.consecutive_gateway_errors, "gateway_failure", out);
  set(from.interval, "interval", out);
  set(from.base_ejection_time, "base_ejection_time", out);
  set_positive(from.max_ejection_percent, "max_ejection_percent", out);
  if (!*from.split_external_local_origin_errors) return out;
  out["split_external_local_origin_errors"] = true;
  out["enforcing_local_origin_success_rate"] = 0;
  if (*from.consecutive_local_origin_failures > 0)
    set_errors(from.consecutive_local_origin_failures, "local_origin_failure", out);
  return out;
}

}  // namespace

void set_limits(const topology::Cluster& cluster, Json& out) {
  const resource::ConnectionPool none;
  const resource::ConnectionPool& pool =
      cluster.connection_pool != nullptr ? *cluster.connection_pool : none;
  out["circuit_breakers"] = {{"thresholds", Json::array({thresholds(pool)})}};
  set(pool.tcp->connect_timeout, "connect_timeout", out);
  if (pool.tcp->tcp_keepalive.present())
    out["upstream_connection_options"] = {{"tcp_keepalive", keepalive(*pool.tcp->tcp_keepalive)}};
  if (cluster.outlier_detection == nullptr) return;
  out["outlier_detection"] = outlier_detection(*cluster.outlier_detection);
  out["common_lb_config"]["healthy_panic_threshold"]["value"] =
      *cluster.outlier_detection->min_health_percent;
}

Json connection_options(const topology::Cluster& cluster) {
  if (cluster.connection_pool == nullptr) return {};
  const resource::TcpPool& tcp = *cluster.connection_pool->tcp;
  const resource::HttpPool& http = *cluster.connection_pool->http;
  Json out;
  set(http.idle_timeout.present() ? http.idle_timeout : tcp.idle_timeout, "idle_timeout", out);
  set_positive(http.max_requests_per_connection, "max_requests_per_connection", out);
  set(tcp.max_connection_duration, "max_connection_duration", out);
  return out;
}

Json http2_options(const topology::Cluster& cluster) {
  Json out = Json::object();
  if (cluster.connection_pool == nullptr) return out;
  const resource::HttpPool& http = *cluster.connection_pool->http;
  set_positive(http.max_concurrent_streams, "max_concurrent_streams", out);
  if (!http.http2_keep_alive.present()) return out;
  Json keepalive = Json::object();
  set(http.http2_keep_alive->interval, "interval", keepalive);
  set(http.http2_keep_alive->timeout, "timeout", keepalive);
  out["connection_keepalive"] = std::move(keepalive);
  return out;
}

}  // namespace egressctl::bootstrap
