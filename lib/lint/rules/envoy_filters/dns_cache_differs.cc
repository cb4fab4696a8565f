// EGR0609 dns-cache-differs, between two EnvoyFilters; lib/envoy tells of those within one
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/envoy/dns_cache.h"
#include "lib/envoy/rules.h"
#include "lib/lint/rules/envoy_filters/envoy_filters.h"
#include "lib/lint/rules/envoy_filters/selected_pods.h"
#include "lib/mesh/workload.h"

namespace egressctl::lint::rules {
namespace {

// A cache as the first EnvoyFilter has it that some proxy gets.
struct First {
  std::size_t order;
  const resource::Resource* filter;
  envoy::DnsCache cache;
};

// EnvoyFilters of one selector, which are for the same proxies.
struct Group {
  std::vector<const void*> proxies;  // the pods; without any in the set, the group itself
  std::map<std::string_view, First> firsts = {};  // by the cache's name
};

class Caches {
 public:
  explicit Caches(const Context& in) : in_(in) {}

  // The first cache of that name among those of the proxies that `filter` is for; it may be the
  // filter's own.
  const First& first(const resource::Resource& filter, const envoy::DnsCache& cache) {
    Group& group = group_of(filter);
    const auto known = group.firsts.find(cache.name);
    if (known != group.firsts.end()) return known->second;
    First first{order_++, &filter, cache};
    for (const void* proxy : group.proxies) {
      const First& here = by_proxy_.try_emplace({proxy, cache.name}, first).first->second;
      if (here.order < first.order) first = here;
    }
    return group.firsts.emplace(cache.name, first).first->second;
  }

 private:
  Group& group_of(const resource::Resource& filter) {
    const auto [found, added] = groups_.try_emplace(
        fmt::format("{}\n{}", in_.mesh().namespace_of(filter), selector_key(filter)));
    Group& group = found->second;
    if (!added) return group;
    for (const mesh::Workload* pod : selected_pods(in_, filter)) group.proxies.push_back(pod);
    if (group.proxies.empty()) group.proxies.push_back(&group);
    return group;
  }

  const Context& in_;
  std::size_t order_ = 0;
  std::unordered_map<std::string, Group> groups_;  // by namespace and selector
  std::map<std::pair<const void*, std::string_view>, First> by_proxy_;
};

void compare(const First& first, const envoy::DnsCache& cache, Diagnostics& out) {
  const std::string differing = envoy::differences(first.cache, cache);
  if (differing.empty()) return;
  auto finding =
      out.report(envoy::kDnsCacheDiffers, cache.config->key.range,
                 "DNS cache \"{}\" differs in {} from that of EnvoyFilter \"{}\", which is for the "
                 "same proxies",
                 cache.name, differing, *first.filter->metadata.name);
  finding.related(first.cache.config->key.range, "the other settings of the cache")
      .help("make both the same, or give one another name");
  if (auto fix = envoy::take_settings(cache, first.cache)) finding.fix(std::move(*fix));
}

void check(const Context& in, Diagnostics& out) {
  Caches caches(in);
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::EnvoyFilter)) {
    const auto& filter = *resource->as<resource::EnvoyFilter>();
    if (filter.workload_selector->labels->empty()) continue;
    std::set<std::string_view> seen;
    for (const envoy::DnsCache& cache : envoy::dns_caches(filter)) {
      if (!seen.insert(cache.name).second) continue;
      const First& first = caches.first(*resource, cache);
      if (first.filter != resource) compare(first, cache, out);
    }
  }
}

}  // namespace

const Rule kDnsCacheDiffers{
    .info = {.id = envoy::kDnsCacheDiffers,
             .summary = "DNS caches of one name with different settings",
             .why = "Caches are shared by name. The proxy rejects the second one: \"config "
                    "specified DNS cache with different settings\".",
             .mend = "Write the same `dns_cache_config` in the filter and in the cluster, and in "
                     "every EnvoyFilter for the same proxies."},
    .check = check};

}  // namespace egressctl::lint::rules
