#include "lib/lint/rules/security/egress_rules.h"

#include <algorithm>

namespace egressctl::lint::rules {

using resource::NetworkRule;

bool binds_applications(const mesh::PolicyView& policy, const Clients& clients, const Context& in) {
  const ClientNamespace* client = clients.find(policy.name_space);
  if (client == nullptr) return false;
  if (!client->pods.empty())
    return std::any_of(client->pods.begin(), client->pods.end(),
                       [&](const mesh::Workload* pod) { return policy.selects(*pod); });
  // No application is known: a policy that picks nothing but exits is not for one.
  const auto pods =
      in.mesh().workloads().select(policy.name_space, policy.policy->pod_selector->match_labels);
  return std::none_of(pods.begin(), pods.end(), [&](const mesh::Workload* pod) {
    return clients.is_exit(*pod) && policy.selects(*pod);
  });
}

bool is_internet(const resource::IpBlock& block) {
  static const IpRange kParts[] = {*IpRange::parse("0.0.0.0/2"), *IpRange::parse("64.0.0.0/2"),
                                   *IpRange::parse("128.0.0.0/2"), *IpRange::parse("2000::/3")};
  const auto range = IpRange::parse(*block.cidr);
  return range && std::any_of(std::begin(kParts), std::end(kParts), [&](const IpRange& part) {
           return range->start().is_v4() == part.start().is_v4() && range->covers(part);
         });
}

SourceRange peers_place(const resource::Positioned<NetworkRule>& rule) {
  return rule->peers.key.known() ? rule->peers.key : rule.range;
}

void for_each_client_rule(
    const Context& in,
    const std::function<void(const mesh::PolicyView&, const resource::Positioned<NetworkRule>&)>&
        use) {
  if (in.mesh().all(resource::Kind::NetworkPolicy).empty()) return;
  const Clients& clients = in.shared<Clients>();
  const mesh::NetworkPolicyIndex policies(in.mesh());
  for (const mesh::PolicyView& policy : policies.all()) {
    if (!policy.restricts(mesh::Direction::Egress) || !binds_applications(policy, clients, in))
      continue;
    for (const auto& rule : *policy.policy->egress) use(policy, rule);
  }
}

}  // namespace egressctl::lint::rules
