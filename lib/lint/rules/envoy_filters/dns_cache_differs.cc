// EGR0609 dns-cache-differs, between two EnvoyFilters; lib/envoy tells of those within one
#include <algorithm>
#include <vector>

#include "lib/envoy/dns_cache.h"
#include "lib/envoy/rules.h"
#include "lib/lint/rules/envoy_filters/envoy_filters.h"
#include "lib/lint/rules/envoy_filters/selected_pods.h"
#include "lib/mesh/workload.h"

namespace egressctl::lint::rules {
namespace {

struct Filter {
  const resource::Resource* resource;
  std::vector<const mesh::Workload*> pods;
  std::vector<envoy::DnsCache> caches;
};

const resource::TextMap& labels_of(const Filter& filter) {
  return filter.resource->as<resource::EnvoyFilter>()->workload_selector->labels;
}

// Whether some proxy gets the patches of both; where the set has no pods, by the same selector in
// the same namespace.
bool meet(const Context& in, const Filter& a, const Filter& b) {
  if (a.pods.empty() && b.pods.empty())
    return in.mesh().namespace_of(*a.resource) == in.mesh().namespace_of(*b.resource) &&
           mesh::is_selected(labels_of(a), labels_of(b)) &&
           mesh::is_selected(labels_of(b), labels_of(a));
  return std::any_of(a.pods.begin(), a.pods.end(), [&](const mesh::Workload* pod) {
    return std::find(b.pods.begin(), b.pods.end(), pod) != b.pods.end();
  });
}

// The first difference is enough: the proxy refuses whatever it gets last.
void compare(const Filter& one, const Filter& other, Diagnostics& out) {
  for (const envoy::DnsCache& cache : other.caches) {
    const auto first =
        std::find_if(one.caches.begin(), one.caches.end(),
                     [&](const envoy::DnsCache& each) { return each.name == cache.name; });
    if (first == one.caches.end()) continue;
    const std::string differing = envoy::differences(*first, cache);
    if (differing.empty()) continue;
    const SourceRange place = cache.config->key.range;
    out.report(envoy::kDnsCacheDiffers, place,
               "DNS cache \"{}\" differs in {} from that of EnvoyFilter \"{}\", which is for the "
               "same proxies",
               cache.name, differing, *one.resource->metadata.name)
        .related(first->config->key.range, "the other settings of the cache")
        .help("make both the same, or give one another name");
    return;
  }
}

void check(const Context& in, Diagnostics& out) {
  std::vector<Filter> filters;
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::EnvoyFilter)) {
    Filter filter{resource, selected_pods(in, *resource),
                  envoy::dns_caches(*resource->as<resource::EnvoyFilter>())};
    if (filter.caches.empty() || labels_of(filter)->empty()) continue;
    for (const Filter& before : filters)
      if (meet(in, before, filter)) compare(before, filter, out);
    filters.push_back(std::move(filter));
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
