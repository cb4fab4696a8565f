#include "lib/resource/load_balancer.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/traffic.h"

namespace egressctl::resource::validation {
namespace {

// Envoy's limit for Maglev tables is 5000011, which Istio takes to be one too many.
constexpr std::int64_t kMaglevLimit = 5000011;

bool is_prime(std::int64_t number) {
  if (number == 2 || number == 3 || number == 1) return true;  // 1: Envoy does not mind
  if (number % 2 == 0) return false;
  for (std::int64_t factor = 3; factor * factor <= number; factor += 2)
    if (number % factor == 0) return false;
  return true;
}

void check_cookie(Report& report, const Positioned<HashCookie>& cookie) {
  if (cookie->name->empty())
    report.missing(kInvalidLoadBalancer, cookie, cookie->name, "name", "the cookie has no name");
  std::set<std::string_view> names;
  for (const Positioned<CookieAttribute>& attribute : *cookie->attributes) {
    const Text& name = attribute->name;
    if (name->empty())
      report.missing(kInvalidLoadBalancer, attribute, name, "name",
                     "the cookie's attribute has no name");
    else if (!names.insert(*name).second)
      report.error(kInvalidLoadBalancer, name.range, "the cookie has attribute \"{}\" twice",
                   *name);
  }
}

void check_maglev(Report& report, const Positioned<Maglev>& maglev) {
  const Number& size = maglev->table_size;
  if (*size == 0)
    report.missing(kInvalidLoadBalancer, maglev, size, "tableSize", "Maglev needs \"tableSize\"")
        .help("Envoy's default is 65537");
  else if (*size >= kMaglevLimit)
    report.error(kInvalidLoadBalancer, size.range, "\"tableSize\" must be under {}, found {}",
                 kMaglevLimit, *size);
  else if (*size < 0 || !is_prime(*size))
    report
        .error(kInvalidLoadBalancer, size.range, "\"tableSize\" must be a prime number, found {}",
               *size)
        .help("65537 is Envoy's default");
}

void check_hash(Report& report, const Positioned<ConsistentHash>& hash) {
  if (hash->http_cookie.present()) check_cookie(report, hash->http_cookie);
  const Number& size = hash->minimum_ring_size;
  if (*size != 0) {
    report.warning(kDeprecatedField, size.key, "\"minimumRingSize\" is deprecated here")
        .help("put it under \"ringHash\"");
    if (hash->ring_hash.present() || hash->maglev.present())
      report.error(kInvalidLoadBalancer, size.range,
                   "\"minimumRingSize\" can't stand beside \"ringHash\" or \"maglev\"");
  }
  if (hash->maglev.present()) check_maglev(report, hash->maglev);
}

void check_warmup(Report& report, const Positioned<Warmup>& warmup) {
  if (!warmup->duration.present())
    report.missing(kInvalidLoadBalancer, warmup, warmup->duration, "duration",
                   "the warm-up has no \"duration\"");
  check_duration(report, warmup->duration);
  if (*warmup->minimum_percent > 100)
    report.error(kInvalidLoadBalancer, warmup->minimum_percent.range,
                 "\"minimumPercent\" is over 100");
  if (warmup->aggression.present() && *warmup->aggression <= 0)
    report.error(kInvalidLoadBalancer, warmup->aggression.range, "\"aggression\" must be over 0");
}

}  // namespace

void check_load_balancer(Report& report, const Positioned<LoadBalancer>& balancer,
                         bool has_outlier_detection) {
  if (!balancer.present()) return;
  if (balancer->consistent_hash.present()) check_hash(report, balancer->consistent_hash);
  if (balancer->locality_lb_setting.present() && balancer->zone_aware_lb_setting.present())
    report
        .error(kInvalidLoadBalancer, balancer->zone_aware_lb_setting.key,
               "\"localityLbSetting\" and \"zoneAwareLbSetting\" exclude each other")
        .related(balancer->locality_lb_setting.key, "the other one");
  check_locality_setting(report, balancer->locality_lb_setting, has_outlier_detection);
  check_zone_aware_setting(report, balancer->zone_aware_lb_setting, has_outlier_detection);
  if (balancer->warmup.present()) check_warmup(report, balancer->warmup);
}

}  // namespace egressctl::resource::validation
