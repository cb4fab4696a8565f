#include "lib/lint/rules/security/bound_policies.h"

#include "lib/base/number.h"
#include "lib/mesh/policy_targets.h"

namespace egressctl::lint::rules {
namespace {

void add_ports(const resource::Texts& texts, std::vector<std::int64_t>& out) {
  for (const resource::Text& text : *texts)
    if (const auto port = parse_number<std::int64_t>(*text)) out.push_back(*port);
}

}  // namespace

ServerSample BoundPolicy::servers(std::span<const std::int64_t> ports,
                                  std::span<const std::string_view> names) const {
  ServerSample out;
  for (const GatewayListeners* gateway : gateways) out.add(gateway->at(ports, names));
  return out;
}

std::vector<BoundPolicy> bound_policies(const Context& in, const GatewayListenerIndex& index) {
  std::vector<BoundPolicy> out;
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::AuthorizationPolicy)) {
    const auto* policy = resource->as<resource::AuthorizationPolicy>();
    const std::string_view name_space = in.mesh().namespace_of(*resource);
    const auto targets = mesh::targets_of(&policy->target_ref, &policy->target_refs);
    std::vector<const GatewayListeners*> gateways =
        targets.empty() ? index.bound(name_space, policy->selector->match_labels)
                        : index.targeted(name_space, targets);
    if (!gateways.empty())
      out.push_back({.resource = resource, .policy = policy, .gateways = std::move(gateways)});
  }
  return out;
}

std::vector<std::int64_t> ports_of(const resource::AuthorizationOperation& operation) {
  std::vector<std::int64_t> out;
  add_ports(operation.ports, out);
  return out;
}

std::vector<std::int64_t> ports_of(const resource::AuthorizationRule& rule) {
  std::vector<std::int64_t> out;
  for (const auto& condition : *rule.when)
    if (*condition->key == "destination.port") add_ports(condition->values, out);
  if (!out.empty()) return out;
  for (const auto& to : *rule.to) {
    if (to->operation->ports->empty()) return {};
    add_ports(to->operation->ports, out);
  }
  return out;
}

std::vector<std::string_view> sni_of(const resource::AuthorizationRule& rule) {
  std::vector<std::string_view> out;
  for (const auto& condition : *rule.when)
    if (*condition->key == "connection.sni")
      for (const resource::Text& value : *condition->values) out.emplace_back(*value);
  return out;
}

std::string_view dead_rule_effect(resource::AuthorizationAction action) {
  switch (action) {
    case resource::AuthorizationAction::Deny: return "the rule never denies anything";
    case resource::AuthorizationAction::Allow:
      return "the rule allows nothing, and what no rule allows is denied";
    default: return "the rule never applies";
  }
}

}  // namespace egressctl::lint::rules
