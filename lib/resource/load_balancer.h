// How a proxy picks an endpoint of a destination, and when it leaves one out.
//
// Source: istio.io/docs/reference/config/networking/destination-rule/#LoadBalancerSettings and
// #OutlierDetection.
#pragma once

#include <cstdint>

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

enum class LoadBalancing {
  Unspecified,
  LeastConn,
  Random,
  Passthrough,
  RoundRobin,
  LeastRequest,
  Unknown,
};

struct CookieAttribute {
  Text name;
  Text value;
};

struct HashCookie {
  Text name;
  Text path;
  Duration ttl;
  List<CookieAttribute> attributes;
};

struct RingHash {
  Number minimum_ring_size;
};

struct Maglev {
  Number table_size;
};

struct ConsistentHash {
  Text http_header_name;
  Positioned<HashCookie> http_cookie;
  Flag use_source_ip;
  Text http_query_parameter_name;
  Positioned<RingHash> ring_hash;
  Positioned<Maglev> maglev;
  Number minimum_ring_size;  // deprecated: ring_hash has its own
};

struct LocalityDistribute {
  Text from;                         // "region/zone/sub-zone", the end may be "*"
  Positioned<Map<std::int64_t>> to;  // locality -> percent
};

struct LocalityFailover {
  Text from;  // a region
  Text to;
};

struct LocalitySetting {
  List<LocalityDistribute> distribute;
  List<LocalityFailover> failover;
  Texts failover_priority;  // labels
  Flag enabled;
};

struct ZoneAwareSetting {
  List<LocalityFailover> failover;
  Texts failover_priority;
  Flag enabled;
};

struct Warmup {
  Duration duration;
  Real minimum_percent;
  Real aggression;
};

struct LoadBalancer {
  Positioned<LoadBalancing> simple;
  Positioned<ConsistentHash> consistent_hash;
  Positioned<LocalitySetting> locality_lb_setting;
  Positioned<ZoneAwareSetting> zone_aware_lb_setting;
  Positioned<Warmup> warmup;
};

struct OutlierDetection {
  Number consecutive_errors;  // deprecated
  Flag split_external_local_origin_errors;
  Number consecutive_local_origin_failures;
  Number consecutive_gateway_errors;
  Number consecutive_5xx_errors;
  Duration interval;
  Duration base_ejection_time;
  Number max_ejection_percent;
  Number min_health_percent;
};

[[nodiscard]] LocalitySetting read_locality_setting(const Fields& in);
[[nodiscard]] ZoneAwareSetting read_zone_aware_setting(const Fields& in);
[[nodiscard]] LoadBalancer read_load_balancer(const Fields& in);
[[nodiscard]] OutlierDetection read_outlier_detection(const Fields& in);

}  // namespace egressctl::resource
