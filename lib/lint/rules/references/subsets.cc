#include "lib/lint/rules/references/subsets.h"

#include <algorithm>

namespace egressctl::lint::rules {
namespace {

using mesh::Rule;

SubsetVerdict explain(const Context& in, const Hops& hops, const Hop& hop, std::string_view client,
                      std::string_view owner, const std::vector<const Rule*>& having) {
  const std::string& root = in.mesh().settings().root_namespace;
  const Rule* winner = in.rules().first(client, hop.target->host, owner);
  const auto consulted = [&](const Rule* rule) {
    return rule->name_space == owner || rule->name_space == root;
  };
  const auto at_home = std::find_if(having.begin(), having.end(), consulted);
  if (at_home != having.end()) {
    if (!(*at_home)->visibility.visible_in(client))
      return {SubsetFault::NotExported, *at_home, nullptr};
    if (winner != nullptr && winner->name_space == client && client != owner)
      return {SubsetFault::Shadowed, *at_home, winner};
    return {SubsetFault::Missing, winner == nullptr ? *at_home : winner, nullptr};
  }
  for (const Rule* rule : having)
    if (rule->name_space != client && (winner == nullptr || rule->host == hop.target->host) &&
        !may_call(in, hops, rule->name_space, hop))
      return {SubsetFault::ThirdNamespace, rule, nullptr};
  return {SubsetFault::Missing, winner == nullptr ? having.front() : winner, nullptr};
}

}  // namespace

bool sets_tls(const mesh::Rule& rule) {
  const auto sets = [](const resource::Positioned<resource::TrafficPolicy>& policy) {
    if (policy->tls.present()) return true;
    for (const auto& port : *policy->port_level_settings)
      if (port->tls.present()) return true;
    return false;
  };
  if (sets(rule.rule->traffic_policy)) return true;
  for (const auto& subset : *rule.rule->subsets)
    if (sets(subset->traffic_policy)) return true;
  return false;
}

bool may_call(const Context& in, const Hops& hops, std::string_view name_space, const Hop& hop) {
  if (hops.has_clients(name_space)) return true;
  if (hop.service->name_space == name_space) return true;
  for (const std::string& host : hop.service->hosts)
    for (const mesh::VirtualService* other : in.mesh().routes_of(host))
      if (other->name_space == name_space && other->binds("mesh")) return true;
  return false;
}

SubsetVerdict judge_subset(const Context& in, const Hops& hops, const Hop& hop,
                           std::string_view client) {
  const resource::Text& subset = hop.target->destination->subset;
  if (subset->empty()) return {};
  const std::string& host = hop.target->host;
  const mesh::RuleLookup& rules = in.rules();
  const std::string_view owner =
      client.empty() ? std::string_view() : owner_of(in.mesh(), host, client);
  if (!client.empty() && rules.with_subset(client, host, owner, *subset) != nullptr) return {};
  const std::vector<const Rule*> having = rules.covering(host, *subset);
  if (having.empty()) {
    const auto all = in.mesh().rules().covering(host);
    if (all.empty() && in.mesh().registry().named(host).empty())
      return {SubsetFault::Unknown, nullptr, nullptr};
    return {SubsetFault::Missing, all.empty() ? nullptr : all.front(), nullptr};
  }
  if (client.empty()) return {};  // who looks it up is not known, so any rule may be the one
  return explain(in, hops, hop, client, owner, having);
}

}  // namespace egressctl::lint::rules
