// Where the egress rules of NetworkPolicies let applications go.
#pragma once

#include <functional>

#include "lib/lint/rules/security/clients.h"
#include "lib/mesh/network_policies.h"

namespace egressctl::lint::rules {

// Whether the policy binds applications of a client namespace for egress: pods that it should keep
// from going around the gateway.
[[nodiscard]] bool binds_applications(const mesh::PolicyView& policy, const Clients& clients,
                                      const Context& in);

// Whether the block has most of the internet in it, whatever it excepts.
[[nodiscard]] bool is_internet(const resource::IpBlock& block);

// The place of a rule's peers: `to`, or the rule when it names none.
[[nodiscard]] SourceRange peers_place(const resource::Positioned<resource::NetworkRule>& rule);

// Calls `use` for each egress rule of a policy that binds applications.
void for_each_client_rule(
    const Context& in,
    const std::function<void(const mesh::PolicyView&,
                             const resource::Positioned<resource::NetworkRule>&)>& use);

}  // namespace egressctl::lint::rules
