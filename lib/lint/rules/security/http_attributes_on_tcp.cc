// EGR0506 http-attributes-on-tcp
#include "lib/lint/rules/security/bound_policies.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

using resource::AuthorizationAction;
using resource::AuthorizationOperation;
using resource::AuthorizationRule;

constexpr RuleId kId{"EGR0506", "http-attributes-on-tcp", Severity::Error};
constexpr std::string_view kReferences[] = {
    "istio/istio#39206", "https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/"};

bool is_plain_name(const std::string& host) {
  return host.find('*') == std::string::npos && host.find(':') == std::string::npos;
}

// Takes `hosts` out of the operation and demands the names as SNI instead.
std::optional<Fix> as_sni(const resource::Positioned<AuthorizationRule>& rule,
                          const resource::Positioned<AuthorizationOperation>& operation) {
  if (rule->when.present() || rule->to->size() != 1 || rule.node == nullptr) return std::nullopt;
  yaml::Value::Sequence names;
  for (const resource::Text& host : *operation->hosts) {
    if (!is_plain_name(*host)) return std::nullopt;
    names.emplace_back(*host);
  }
  const bool alone = operation.node->entries.size() == 1;
  const auto removal =
      alone ? yaml::remove_entry(*rule.node, "to") : yaml::remove_entry(*operation.node, "hosts");
  const yaml::Value condition(yaml::Value::Mapping{{"key", "connection.sni"}, {"values", names}});
  const auto addition = yaml::insert_entry(
      *rule.node, "when", yaml::emit_flow(yaml::Value::Sequence{condition}, 0, 2, 1000));
  if (!removal || !addition || removal->range.begin <= addition->range.begin) return std::nullopt;
  return Fix{.title = "demand the names as SNI", .safe = false, .edits = {*addition, *removal}};
}

class Check {
 public:
  Check(const BoundPolicy& policy, Diagnostics& out) : policy_(policy), out_(out) {}

  void rule(const resource::Positioned<AuthorizationRule>& rule) const {
    const std::vector<std::int64_t> ports = ports_of(*rule);
    const std::vector<std::string_view> names = sni_of(*rule);
    for (const auto& to : *rule->to) {
      const AuthorizationOperation& operation = *to->operation;
      const std::vector<std::int64_t> own = ports_of(operation);
      const resource::Server* server = blind_server(own.empty() ? ports : own, names);
      if (server == nullptr) continue;
      for (const auto* field : {&operation.hosts, &operation.not_hosts, &operation.methods,
                                &operation.not_methods, &operation.paths, &operation.not_paths}) {
        if ((*field)->empty()) continue;
        auto finding = report(field->key, field_name(*field), *server);
        if (field != &operation.hosts) continue;
        if (auto fix = as_sni(rule, to->operation)) finding.fix(std::move(*fix));
      }
    }
    const resource::Server* server = blind_server(ports, names);
    if (server == nullptr) return;
    for (const auto& from : *rule->from)
      for (const auto* field :
           {&from->source->request_principals, &from->source->not_request_principals})
        if (!(*field)->empty()) report(field->key, field_name(*field), *server);
    for (const auto& condition : *rule->when)
      if (condition->key->starts_with("request."))
        report(condition->key.range, *condition->key, *server);
  }

 private:
  // A server whose connections the rule is about and that has no requests to look at. An ALLOW rule
  // is of use as long as one server reads HTTP; a DENY rule without its HTTP parts denies too much
  // at each of the others.
  [[nodiscard]] const resource::Server* blind_server(
      std::span<const std::int64_t> ports, std::span<const std::string_view> names) const {
    const ServerSample servers = policy_.servers(ports, names);
    const bool denies = *policy_.policy->action == AuthorizationAction::Deny;
    if (!denies && servers.find([](ServerTraits t) { return t.http; }) != nullptr) return nullptr;
    return servers.find([](ServerTraits t) { return !t.http; });
  }

  Diagnostics::Builder report(SourceRange range, std::string_view attribute,
                              const resource::Server& server) const {
    const bool denies = *policy_.policy->action == AuthorizationAction::Deny;
    return out_
        .report(kId, range,
                "\"{}\" needs HTTP, but the gateway's server on port {} is \"{}\" and reads no "
                "requests: {}",
                attribute, *server.port->number, server.port->protocol.text(),
                denies ? "the rule denies every connection there"
                       : dead_rule_effect(*policy_.policy->action))
        .related(server.port.range, "the server that the policy governs")
        .help("use the condition \"connection.sni\" and ports; they need no HTTP");
  }

  const BoundPolicy& policy_;
  Diagnostics& out_;
};

void check(const Context& in, Diagnostics& out) {
  const GatewayListenerIndex index(in);
  for (const BoundPolicy& policy : bound_policies(in, index))
    for (const auto& rule : *policy.policy->rules) Check(policy, out).rule(rule);
}

}  // namespace

const Rule kHttpAttributesOnTcp{
    .info = {.id = kId,
             .summary = "HTTP attributes in an AuthorizationPolicy for a TCP or TLS listener",
             .why = "The gateway does not see hosts, methods or paths inside of a TLS connection. "
                    "An ALLOW rule with them never holds, so every connection is refused with "
                    "`RBAC: access denied`; a DENY rule drops them and refuses everything.",
             .mend = "Compare the SNI instead: `when: [{key: connection.sni, values: [...]}]`, "
                     "with the ports of the pods.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
