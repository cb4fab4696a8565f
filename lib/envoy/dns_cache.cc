// Source: envoyproxy.io, "Dynamic forward proxy": a cache has the same settings wherever its name
// stands.
#include "lib/envoy/dns_cache.h"

#include <algorithm>
#include <utility>

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

namespace {

// The edit that makes a field of `mapping` what it is in another one; std::nullopt where there is
// none.
std::optional<Edit> take_field(const yaml::Node& mapping, const yaml::Entry* own,
                               const yaml::Entry* other) {
  if (other == nullptr) return yaml::remove_entry(mapping, own->key.scalar);
  if (!other->value.is_scalar() || other->value.from_alias) return std::nullopt;
  const std::string_view text = other->value.range.text();
  if (text.find('\n') != std::string_view::npos) return std::nullopt;
  if (own == nullptr) return yaml::insert_entry(mapping, other->key.scalar, text);
  return own->value.is_scalar() ? yaml::replace_raw(own->value, text) : std::nullopt;
}

}  // namespace

std::optional<Fix> take_settings(const DnsCache& cache, const DnsCache& of) {
  const MessageType* type = find_message(kCacheType);
  if (type == nullptr) return std::nullopt;
  Fix fix{.title = "make the caches the same", .safe = false, .edits = {}};
  bool inserted = false;
  for (const Field& field : type->fields) {
    const yaml::Entry* own = find_field(cache.config->value, field.name);
    const yaml::Entry* other = find_field(of.config->value, field.name);
    if (same_field(own != nullptr ? &own->value : nullptr,
                   other != nullptr ? &other->value : nullptr, field))
      continue;
    if (own == nullptr && std::exchange(inserted, true)) return std::nullopt;
    const auto edit = take_field(cache.config->value, own, other);
    if (!edit) return std::nullopt;
    fix.edits.push_back(*edit);
  }
  return fix;
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
    auto finding =
        findings.report(kDnsCacheDiffers, caches[i].config->key.range,
                        "DNS cache \"{}\" differs in {} from what the {} says of it",
                        caches[i].name, differing, first->of_cluster ? "cluster" : "first filter");
    finding.related(first->config->key.range, "the other settings of the cache")
        .help("make both the same");
    if (auto fix = take_settings(caches[i], *first)) finding.fix(std::move(*fix));
  }
}

}  // namespace egressctl::envoy
