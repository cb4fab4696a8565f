// The parts of a TrafficPolicy, some of which Sidecars and MeshConfigs have, too.
//
// Source: istio.io/docs/reference/config/networking/destination-rule/#TrafficPolicy.
#pragma once

#include "lib/resource/traffic_policy.h"
#include "lib/resource/validation/report.h"

namespace egressctl::resource::validation {

// Each takes a part that may be absent.
void check_traffic_policy(Report& report, const Positioned<TrafficPolicy>& policy);
void check_connection_pool(Report& report, const Positioned<ConnectionPool>& pool);
void check_outlier_detection(Report& report, const Positioned<OutlierDetection>& outlier);
void check_client_tls(Report& report, const Positioned<ClientTls>& tls);

// `has_outlier_detection` says whether unhealthy endpoints are noticed at all: fail-over needs it.
void check_load_balancer(Report& report, const Positioned<LoadBalancer>& balancer,
                         bool has_outlier_detection);
void check_locality_setting(Report& report, const Positioned<LocalitySetting>& setting,
                            bool has_outlier_detection);
void check_zone_aware_setting(Report& report, const Positioned<ZoneAwareSetting>& setting,
                              bool has_outlier_detection);

}  // namespace egressctl::resource::validation
