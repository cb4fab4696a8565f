// EGR0521 policy-service-port

#include "lib/base/number.h"
#include "lib/lint/rules/security/bound_policies.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0521", "policy-service-port", Severity::Error};
constexpr std::string_view kReferences[] = {"istio/istio#55326"};

// Ports at which the proxy itself answers: metrics and probes.
bool is_of_proxy(std::int64_t port) {
  return port >= 15000 && port <= 15099;
}

// A port on which nothing of what is known listens; another Gateway of the pods may stand
// elsewhere.
void report_unused(const BoundPolicy& policy, const resource::Text& port, Diagnostics& out) {
  out.report(kId, port.range, "no server of the gateway's pods is on port \"{}\", but on {}: {}",
             *port, policy.gateways.front()->ports(), dead_rule_effect(*policy.policy->action))
      .severity(Severity::Warning)
      .help("name a port on which the pods listen");
}

void check_ports(const BoundPolicy& policy, const resource::Texts& ports, bool negated,
                 Diagnostics& out) {
  for (const resource::Text& text : *ports) {
    const auto port = parse_number<std::int64_t>(*text).value_or(0);
    std::int64_t listener = 0;
    bool real = false;
    bool known = true;
    for (const GatewayListeners* gateway : policy.gateways) {
      real = real || gateway->listens_on(port);
      known = known && gateway->knows_ports();
      if (listener == 0) listener = gateway->moved_from(port);
    }
    if (!real && known && listener == 0 && !negated && port != 0 && !is_of_proxy(port))
      report_unused(policy, text, out);
    if (real || listener == 0) continue;
    auto finding = out.report(
        kId, text.range,
        "port \"{}\" is the Service's; the gateway's pods listen on {}, which is what the policy "
        "compares: {}",
        *text, listener,
        negated ? "it excludes nothing" : dead_rule_effect(*policy.policy->action));
    const std::string number = std::to_string(listener);
    finding.help(fmt::format("write \"{}\"", number));
    if (const auto edit =
            text.node != nullptr ? yaml::replace_string(*text.node, number) : std::nullopt)
      finding.fix({.title = "name the port of the pods", .safe = true, .edits = {*edit}});
  }
}

void check_rule(const BoundPolicy& policy, const resource::AuthorizationRule& rule,
                Diagnostics& out) {
  for (const auto& to : *rule.to) {
    check_ports(policy, to->operation->ports, false, out);
    check_ports(policy, to->operation->not_ports, true, out);
  }
  for (const auto& condition : *rule.when) {
    if (*condition->key != "destination.port") continue;
    check_ports(policy, condition->values, false, out);
    check_ports(policy, condition->not_values, true, out);
  }
}

void check(const Context& in, Diagnostics& out) {
  const GatewayListenerIndex index(in);
  for (const BoundPolicy& policy : bound_policies(in, index))
    for (const auto& rule : *policy.policy->rules) check_rule(policy, *rule, out);
}

}  // namespace

const Rule kPolicyServicePort{
    .info = {.id = kId,
             .summary =
                 "an AuthorizationPolicy for a port on which the gateway's pods do not listen",
             .why = "The policy is evaluated in the pod, whose listener has the targetPort: 8443 "
                    "where the Service maps 443 to it. A rule for 443 never holds: ALLOW refuses "
                    "everything with `RBAC: access denied`, DENY nothing.",
             .mend = "Write the targetPort of the gateway's Service.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
