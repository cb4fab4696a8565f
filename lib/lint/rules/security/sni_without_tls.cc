// EGR0507 sni-without-tls
#include "lib/lint/rules/security/bound_policies.h"
#include "lib/lint/rules/security/security.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0507", "sni-without-tls", Severity::Error};
constexpr std::string_view kReferences[] = {"istio/istio#52752", "istio/istio#7415"};

void check_rule(const BoundPolicy& policy, const resource::AuthorizationRule& rule,
                Diagnostics& out) {
  for (const auto& condition : *rule.when) {
    if (*condition->key != "connection.sni") continue;
    const std::vector<std::int64_t> ports = ports_of(rule);
    ServerSample servers = policy.servers(ports, sni_of(rule));
    if (servers.empty()) servers = policy.servers(ports, {});
    if (servers.find([](ServerTraits t) { return t.sni; }) != nullptr) continue;
    const auto* server = servers.find([](ServerTraits t) { return !t.sni; });
    if (server == nullptr) continue;
    const bool http = traits_of(*server).http;
    out.report(kId, condition->key.range,
               "\"connection.sni\" needs TLS, but the gateway's server on port {} is plain \"{}\": "
               "{}",
               *server->port->number, server->port->protocol.text(),
               dead_rule_effect(*policy.policy->action))
        .related(server->port.range, "the server that the policy governs")
        .help(http ? "compare the host instead: to: [{operation: {hosts: [...]}}]"
                   : "let the server take TLS, with PASSTHROUGH or ISTIO_MUTUAL");
  }
}

void check(const Context& in, Diagnostics& out) {
  const GatewayListenerIndex index(in);
  for (const BoundPolicy& policy : bound_policies(in, index))
    for (const auto& rule : *policy.policy->rules) check_rule(policy, *rule, out);
}

}  // namespace

const Rule kSniWithoutTls{
    .info = {.id = kId,
             .summary = "`connection.sni` in a policy for a listener without TLS",
             .why = "Without a TLS handshake there is no SNI. An ALLOW rule that demands one never "
                    "holds and everything is refused; a DENY rule never applies.",
             .mend = "For HTTP compare `hosts`; for TLS give the server the protocol TLS or HTTPS.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
