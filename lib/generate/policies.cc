// Who may use the gateway, and what sidecars do with hosts that nothing lists.
#include <utility>

#include "lib/generate/emitters.h"

namespace egressctl::generate {
namespace {

// The outer SNIs of all flows of a destination. In strict mode the reserved name is none of them:
// a sidecar that sends it does not forward the SNI, and would be refused behind it anyway.
std::vector<std::string> outer_snis(const DestinationPlan& plan) {
  std::vector<std::string> snis;
  for (const Flow& flow : plan.flows)
    for (const std::string& host : flow.server_hosts)
      if (!flow.forwards_sni || host != flow.outer_sni) snis.push_back(host);
  return snis;
}

void add_authorization(SetBuilder& set) {
  if (!set.spec().policy.authorize && set.target() == Target::Manifest) return;
  const Plan& plan = set.plan();
  for (const DestinationPlan& destination : plan.destinations) {
    if (destination.flows.empty()) continue;
    ChartScope scope = destination_scope(destination);
    scope.condition = "and $.Values.policy.authorize " + scope.condition;
    set.add(ApplyOrder::Gateway, "AuthorizationPolicy", "authorizationpolicy",
            in_gateway_namespace(plan, destination.id),
            {{"selector", gateway_selector(plan)},
             {"principals", {list_value(plan.principals), {}}},
             {"outerSnis", {list_value(outer_snis(destination)), {}}}},
            scope);
  }
}

void add_sidecar(SetBuilder& set, const Identity& identity,
                 const std::map<std::string, std::string>& pods, const ChartScope& scope) {
  set.add(ApplyOrder::Restrict, "Sidecar", "sidecar", identity,
          {{"selector", {pods.empty() ? yaml::Value() : map_value(pods), {}}},
           {"outbound", {spec::to_string(spec::Outbound::RegistryOnly), {}}}},
          scope);
}

void add_sidecars(SetBuilder& set) {
  const spec::Spec& spec = set.spec();
  const bool restricted = *spec.policy.outbound == spec::Outbound::RegistryOnly;
  if (!restricted && set.target() == Target::Manifest) return;
  const ChartScope scope{"eq $.Values.policy.outbound \"REGISTRY_ONLY\""};
  if (set.plan().clients.empty())
    add_sidecar(set, {spec.istio.root_namespace, "default", "$.Values.istio.rootNamespace"}, {},
                scope);
  for (const ClientPlan& client : set.plan().clients)
    add_sidecar(set, {client.name_space, "egress", {}}, client.selector, scope);
}

}  // namespace

void add_policies(SetBuilder& set) {
  const Plan& plan = set.plan();
  set.add(ApplyOrder::Gateway, "PeerAuthentication", "peerauthentication",
          in_gateway_namespace(plan, plan.spec->gateway.name),
          {{"selector", gateway_selector(plan)}});
  add_authorization(set);
  add_sidecars(set);
}

}  // namespace egressctl::generate
