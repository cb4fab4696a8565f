#include "lib/topology/traffic_policy.h"

namespace egressctl::topology {
namespace {

using resource::Positioned;
using resource::TrafficPolicy;

template <typename T>
PolicyPart<T> part_of(const Positioned<T>& field, const resource::Resource* resource) {
  return field.present() ? PolicyPart<T>{&field, resource} : PolicyPart<T>{};
}

template <typename Policy>
EffectivePolicy parts_of(const Policy& policy, const resource::Resource* resource) {
  return {.load_balancer = part_of(policy.load_balancer, resource),
          .connection_pool = part_of(policy.connection_pool, resource),
          .outlier_detection = part_of(policy.outlier_detection, resource),
          .tls = part_of(policy.tls, resource)};
}

const Positioned<resource::PortTrafficPolicy>* at_port(const TrafficPolicy& policy,
                                                       std::int64_t port) {
  for (const auto& setting : *policy.port_level_settings)
    if (setting->port.present() && *setting->port->number == port) return &setting;
  return nullptr;
}

EffectivePolicy read(const Positioned<TrafficPolicy>& policy, const resource::Resource* resource,
                     std::int64_t port) {
  if (const auto* setting = at_port(*policy, port)) return parts_of(**setting, resource);
  return parts_of(*policy, resource);
}

std::optional<resource::ClientTlsMode> tls_mode(const TrafficPolicy& policy, std::int64_t port) {
  const auto* setting = at_port(policy, port);
  if (setting != nullptr && (*setting)->tls.present()) return *(*setting)->tls->mode;
  return policy.tls.present() ? std::optional(*policy.tls->mode) : std::nullopt;
}

}  // namespace

EffectivePolicy policy_of(const MergedRule* rule, std::int64_t port) {
  if (rule == nullptr || rule->policy == nullptr) return {};
  return read(*rule->policy, rule->policy_resource, port);
}

EffectivePolicy policy_of(const MergedRule& rule, const RuleSubset& subset, std::int64_t port) {
  EffectivePolicy out = policy_of(&rule, port);
  const Positioned<TrafficPolicy>& own = (*subset.subset)->traffic_policy;
  if (!own.present()) return out;
  EffectivePolicy inner = read(own, subset.resource, port);
  // Without a policy of the rule there is nothing to merge with.
  if (rule.policy == nullptr || at_port(*own, port) != nullptr) return inner;
  if (inner.load_balancer) out.load_balancer = inner.load_balancer;
  if (inner.connection_pool) out.connection_pool = inner.connection_pool;
  if (inner.outlier_detection) out.outlier_detection = inner.outlier_detection;
  if (inner.tls) out.tls = inner.tls;
  return out;
}

std::optional<resource::ClientTlsMode> written_tls_mode(const MergedRule* rule,
                                                        const RuleSubset* subset,
                                                        std::int64_t port) {
  if (rule == nullptr) return std::nullopt;
  if (subset != nullptr)
    if (const auto mode = tls_mode(*(*subset->subset)->traffic_policy, port)) return mode;
  return rule->policy != nullptr ? tls_mode(**rule->policy, port) : std::nullopt;
}

}  // namespace egressctl::topology
