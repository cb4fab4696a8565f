// Source: envoyproxy.io, "Dynamic forward proxy": a cache has the same settings wherever its name
// stands.
#include "lib/envoy/dns_cache.h"

#include <algorithm>

#include "lib/envoy/patch_checks.h"
#include "lib/envoy/rules.h"
#include "lib/envoy/same_message.h"
#include "lib/envoy/visit.h"
#include "lib/yaml/edit.h"

namespace egressctl::envoy {
namespace {

constexpr std::string_view kClusterType =
    "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig";
constexpr std::string_view kCacheType =
    "envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig";

}  // namespace

std::vector<DnsCache> dns_caches(const resource::EnvoyFilter& filter) {
  std::vector<DnsCache> out;
  for (const auto& patch : *filter.config_patches) {
    const MessageType* type = patched_type(*patch->apply_to);
    if (type == nullptr || !adds(*patch) || !patch->patch->value.present()) continue;
    visit_messages(
        *patch->patch->value.node, *type, [&](const yaml::Node& node, const MessageType& message) {
          const Field* field = message.find("dns_cache_config");
          const yaml::Entry* config = field == nullptr ? nullptr : find_field(node, field->name);
          const yaml::Node* name = config == nullptr ? nullptr : find_value(config->value, "name");
          if (name != nullptr) out.push_back({name->scalar, config, message.name == kClusterType});
        });
  }
  // Filters are to be as the cluster has it.
  std::stable_partition(out.begin(), out.end(),
                        [](const DnsCache& cache) { return cache.of_cluster; });
  return out;
}

std::string differences(const DnsCache& a, const DnsCache& b) {
  std::string out;
  const MessageType* type = find_message(kCacheType);
  if (type == nullptr) return out;
  for (const Field& field : type->fields)
    if (!same_field(find_value(a.config->value, field.name),
                    find_value(b.config->value, field.name), field))
      out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", field.name);
  return out;
}

void check_dns_caches(const resource::EnvoyFilter& filter, Findings& findings) {
  const std::vector<DnsCache> caches = dns_caches(filter);
  for (std::size_t i = 1; i < caches.size(); ++i) {
    const auto first =
        std::find_if(caches.begin(), caches.begin() + static_cast<std::ptrdiff_t>(i),
                     [&](const DnsCache& each) { return each.name == caches[i].name; });
    if (first == caches.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    const std::string differing = differences(*first, caches[i]);
    if (differing.empty()) continue;
    findings
        .report(kDnsCacheDiffers, caches[i].config->key.range,
                "DNS cache \"{}\" differs in {} from what the {} says of it", caches[i].name,
                differing, first->of_cluster ? "cluster" : "first filter")
        .related(first->config->key.range, "the other settings of the cache")
        .help("make both the same");
  }
}

}  // namespace egressctl::envoy
