// AuthorizationPolicies at gateways, and which connections each of their rules is about.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/lint/context.h"
#include "lib/lint/rules/security/gateway_listeners.h"

namespace egressctl::lint::rules {

struct BoundPolicy {
  const resource::Resource* resource = nullptr;
  const resource::AuthorizationPolicy* policy = nullptr;
  std::vector<const GatewayListeners*> gateways;

  // The servers on the given ports that serve one of the names; see GatewayListeners::at.
  [[nodiscard]] ServerSample servers(std::span<const std::int64_t> ports,
                                     std::span<const std::string_view> names) const;
};

// The policies that bind the pods of a gateway, in the order of the input.
[[nodiscard]] std::vector<BoundPolicy> bound_policies(const Context& in,
                                                      const GatewayListenerIndex& index);

// The ports that an operation, or a rule with all of its operations and conditions, is for; empty:
// every port.
[[nodiscard]] std::vector<std::int64_t> ports_of(const resource::AuthorizationOperation& operation);
[[nodiscard]] std::vector<std::int64_t> ports_of(const resource::AuthorizationRule& rule);

// The names that a rule's conditions demand as SNI; empty: any.
[[nodiscard]] std::vector<std::string_view> sni_of(const resource::AuthorizationRule& rule);

// The name of a field as it is written, without quotes.
template <typename T>
[[nodiscard]] std::string_view field_name(const resource::Positioned<T>& field) {
  std::string_view name = field.key.text();
  if (name.size() >= 2 && (name.front() == '"' || name.front() == '\''))
    name = name.substr(1, name.size() - 2);
  return name;
}

// "the rule never applies": what becomes of a rule that holds for nothing.
[[nodiscard]] std::string_view dead_rule_effect(resource::AuthorizationAction action);

}  // namespace egressctl::lint::rules
