#include "lib/resource/load_balancer.h"

namespace egressctl::resource {
namespace {

constexpr Word<LoadBalancing> kLoadBalancing[] = {
    {"UNSPECIFIED", LoadBalancing::Unspecified}, {"LEAST_CONN", LoadBalancing::LeastConn},
    {"RANDOM", LoadBalancing::Random},           {"PASSTHROUGH", LoadBalancing::Passthrough},
    {"ROUND_ROBIN", LoadBalancing::RoundRobin},  {"LEAST_REQUEST", LoadBalancing::LeastRequest}};

CookieAttribute read_attribute(const Fields& in) {
  return {.name = in.text("name"), .value = in.text("value")};
}

HashCookie read_cookie(const Fields& in) {
  return {.name = in.text("name"),
          .path = in.text("path"),
          .ttl = in.duration("ttl"),
          .attributes = in.objects("attributes", read_attribute)};
}

RingHash read_ring_hash(const Fields& in) {
  return {.minimum_ring_size = in.number("minimumRingSize")};
}

Maglev read_maglev(const Fields& in) {
  return {.table_size = in.number("tableSize")};
}

ConsistentHash read_consistent_hash(const Fields& in) {
  return {.http_header_name = in.text("httpHeaderName"),
          .http_cookie = in.object("httpCookie", read_cookie),
          .use_source_ip = in.flag("useSourceIp"),
          .http_query_parameter_name = in.text("httpQueryParameterName"),
          .ring_hash = in.object("ringHash", read_ring_hash),
          .maglev = in.object("maglev", read_maglev),
          .minimum_ring_size = in.number("minimumRingSize")};
}

LocalityDistribute read_distribute(const Fields& in) {
  return {.from = in.text("from"), .to = in.number_map("to")};
}

LocalityFailover read_failover(const Fields& in) {
  return {.from = in.text("from"), .to = in.text("to")};
}

Warmup read_warmup(const Fields& in) {
  return {.duration = in.duration("duration"),
          .minimum_percent = in.real("minimumPercent"),
          .aggression = in.real("aggression")};
}

}  // namespace

ZoneAwareSetting read_zone_aware_setting(const Fields& in) {
  return {.failover = in.objects("failover", read_failover),
          .failover_priority = in.texts("failoverPriority"),
          .enabled = in.flag("enabled")};
}

LocalitySetting read_locality_setting(const Fields& in) {
  return {.distribute = in.objects("distribute", read_distribute),
          .failover = in.objects("failover", read_failover),
          .failover_priority = in.texts("failoverPriority"),
          .enabled = in.flag("enabled")};
}

LoadBalancer read_load_balancer(const Fields& in) {
  return {.simple = in.choice("simple", kLoadBalancing),
          .consistent_hash = in.object("consistentHash", read_consistent_hash),
          .locality_lb_setting = in.object("localityLbSetting", read_locality_setting),
          .zone_aware_lb_setting = in.object("zoneAwareLbSetting", read_zone_aware_setting),
          .warmup = in.object("warmup", read_warmup)};
}

OutlierDetection read_outlier_detection(const Fields& in) {
  return {.consecutive_errors = in.number("consecutiveErrors"),
          .split_external_local_origin_errors = in.flag("splitExternalLocalOriginErrors"),
          .consecutive_local_origin_failures = in.number("consecutiveLocalOriginFailures"),
          .consecutive_gateway_errors = in.number("consecutiveGatewayErrors"),
          .consecutive_5xx_errors = in.number("consecutive5xxErrors"),
          .interval = in.duration("interval"),
          .base_ejection_time = in.duration("baseEjectionTime"),
          .max_ejection_percent = in.number("maxEjectionPercent"),
          .min_health_percent = in.number("minHealthPercent")};
}

}  // namespace egressctl::resource
