// EGR0524 sni-nobody-sends
#include <algorithm>
#include <set>

#include "lib/base/quoted_list.h"
#include "lib/lint/rules/security/bound_policies.h"
#include "lib/lint/rules/security/security.h"
#include "lib/lint/rules/tls/gateway_legs.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0524", "sni-nobody-sends", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/security/conditions/", "istio/istio.io#3058"};

// The names that sidecars put on the outside of connections to the servers that policies at those
// pods govern, by their DestinationRules; none where a client may choose the name.
std::set<std::string> outer_names(const Context& in, const BoundPolicy& policy) {
  std::set<std::string> out;
  for (const GatewayLeg& leg : gateway_legs(in)) {
    const auto& places = leg.servers->all();
    const bool governed = std::any_of(places.begin(), places.end(), [&](const LegPlace& place) {
      return std::any_of(
          policy.gateways.begin(), policy.gateways.end(),
          [&](const GatewayListeners* gateway) { return gateway->has(**place.server); });
    });
    if (!governed) continue;
    if (leg.tls == nullptr || *(*leg.tls)->mode != resource::ClientTlsMode::IstioMutual) return {};
    out.insert(outer_name(leg));
  }
  return out;
}

// Whether a value of a condition, which may have a "*" at either end, may mean the name.
bool may_mean(std::string_view value, std::string_view name) {
  if (value.ends_with('*') && name.starts_with(value.substr(0, value.size() - 1))) return true;
  return mesh::hosts_overlap(name, value);
}

void check_rule(const BoundPolicy& policy, const std::set<std::string>& outer,
                const resource::AuthorizationRule& rule, Diagnostics& out) {
  for (const auto& condition : *rule.when) {
    const auto& values = condition->values;
    if (*condition->key != "connection.sni" || values->empty()) continue;
    const bool sent = std::any_of(values->begin(), values->end(), [&](const resource::Text& value) {
      return std::any_of(outer.begin(), outer.end(),
                         [&](const std::string& name) { return may_mean(*value, name); });
    });
    if (sent) continue;
    const std::vector<std::string_view> names(outer.begin(), outer.end());
    out.report(kId, values.range,
               "sidecars send none of these names to the gateway, which sees the outer SNI: {}",
               dead_rule_effect(*policy.policy->action))
        .help(fmt::format("they send {}", quoted_list(names)));
  }
}

void check(const Context& in, Diagnostics& out) {
  // A patch may make sidecars send the client's own name.
  if (in.mesh().all(resource::Kind::AuthorizationPolicy).empty() ||
      !in.mesh().all(resource::Kind::EnvoyFilter).empty())
    return;
  const GatewayListenerIndex index(in);
  for (const BoundPolicy& policy : bound_policies(in, index)) {
    const std::set<std::string> outer = outer_names(in, policy);
    if (outer.empty()) continue;
    for (const auto& rule : *policy.policy->rules) check_rule(policy, outer, *rule, out);
  }
}

}  // namespace

const Rule kSniNobodySends{
    .info =
        {.id = kId,
         .summary = "a condition on an SNI that no sidecar sends to the gateway",
         .why =
             "Where the gateway ends the mesh's mTLS, `connection.sni` is the outer SNI: the "
             "`sni` of the DestinationRule for the gateway (`outbound_.443_.subset_.service` where "
             "it has none), not the host that the application asks for. An ALLOW rule for other "
             "names lets nobody in.",
         .mend = "Give the DestinationRule an `sni`, and write that one here.",
         .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
