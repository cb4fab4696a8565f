// EGR0509 identity-without-mtls
#include "lib/lint/rules/security/bound_policies.h"
#include "lib/lint/rules/security/security.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0509", "identity-without-mtls", Severity::Error};
constexpr std::string_view kReferences[] = {"istio/istio#22609", "istio/istio#39206",
                                            "istio/istio#48955"};

bool is_identity(std::string_view key) {
  return key == "source.principal" || key == "source.namespace" || key == "source.serviceAccount" ||
         key == "source.trustDomain";
}

void report(const BoundPolicy& policy, SourceRange range, std::string_view attribute,
            const resource::Server& server, Diagnostics& out) {
  out.report(kId, range,
             "\"{}\" is known only of clients with a certificate of the mesh, but the gateway's "
             "server on port {} takes {}: {}",
             attribute, *server.port->number,
             server.tls.present()
                 ? fmt::format("\"{}\"",
                               server.tls->mode.present() ? server.tls->mode.text() : "PASSTHROUGH")
                 : "no TLS",
             attribute.starts_with("not") ? "it holds for everyone"
                                          : dead_rule_effect(*policy.policy->action))
      .related(server.port.range, "the server that the policy governs")
      .help("set tls.mode ISTIO_MUTUAL at the server and in the DestinationRule that clients use");
}

void check_rule(const BoundPolicy& policy, const resource::AuthorizationRule& rule,
                Diagnostics& out) {
  const auto identity = [](ServerTraits traits) { return traits.identity; };
  const ServerSample servers = policy.servers(ports_of(rule), sni_of(rule));
  if (servers.find(identity) != nullptr) return;
  const auto* server = servers.find([&](ServerTraits traits) { return !identity(traits); });
  if (server == nullptr) return;
  for (const auto& from : *rule.from) {
    const resource::AuthorizationSource& source = *from->source;
    for (const auto* field :
         {&source.principals, &source.not_principals, &source.namespaces, &source.not_namespaces,
          &source.service_accounts, &source.not_service_accounts, &source.trust_domains,
          &source.not_trust_domains})
      if (!(*field)->empty()) report(policy, field->key, field_name(*field), *server, out);
  }
  for (const auto& condition : *rule.when)
    if (is_identity(*condition->key))
      report(policy, condition->key.range, *condition->key, *server, out);
}

void check(const Context& in, Diagnostics& out) {
  const GatewayListenerIndex index(in);
  for (const BoundPolicy& policy : bound_policies(in, index))
    for (const auto& rule : *policy.policy->rules) check_rule(policy, *rule, out);
}

}  // namespace

const Rule kIdentityWithoutMtls{
    .info = {.id = kId,
             .summary = "a policy by the client's identity at a listener without mTLS",
             .why = "Principals, namespaces and service accounts are read from the client's "
                    "certificate. A server with PASSTHROUGH, SIMPLE or no TLS gets none: an ALLOW "
                    "rule refuses everyone, a DENY rule nobody.",
             .mend = "Let clients come with ISTIO_MUTUAL: at the Gateway's server and in the "
                     "DestinationRule for the gateway.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
