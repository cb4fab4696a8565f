#include "lib/resource/authorization_policy.h"

#include <algorithm>
#include <string_view>

#include "lib/resource/validation/authorization.h"
#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {
namespace {

// What stands under one name in Istio's YAML.
struct NamedTexts {
  std::string_view key;
  const Texts& values;
};

// The provider of a CUSTOM action is asked before identities are known.
void check_custom_source(Report& report, const AuthorizationSource& source) {
  const NamedTexts identities[] = {{"namespaces", source.namespaces},
                                   {"notNamespaces", source.not_namespaces},
                                   {"serviceAccounts", source.service_accounts},
                                   {"notServiceAccounts", source.not_service_accounts},
                                   {"trustDomains", source.trust_domains},
                                   {"notTrustDomains", source.not_trust_domains},
                                   {"principals", source.principals},
                                   {"notPrincipals", source.not_principals},
                                   {"requestPrincipals", source.request_principals},
                                   {"notRequestPrincipals", source.not_request_principals}};
  for (const NamedTexts& each : identities)
    if (!each.values->empty())
      report.error(kInvalidAuthorization, each.values.key, "action CUSTOM can't look at \"{}\"",
                   each.key);
}

void check_custom_condition(Report& report, const Text& key) {
  constexpr std::string_view kRefused[] = {"source.namespace", "source.serviceAccount",
                                           "source.trustDomain", "source.principal"};
  const bool refused =
      key->starts_with("request.auth.") ||
      std::find(std::begin(kRefused), std::end(kRefused), *key) != std::end(kRefused);
  if (refused)
    report.error(kInvalidAuthorization, key.range, "action CUSTOM can't look at \"{}\"", *key);
}

void check_custom(Report& report, const AuthorizationPolicy& policy) {
  if (policy.rules->empty())
    report
        .missing(kInvalidAuthorization, policy.rules, "rules",
                 "action CUSTOM without rules asks its provider about nothing")
        .help("write \"rules: [{}]\" to ask about every request");
  else if (policy.provider->name->empty())
    report
        .missing(kInvalidAuthorization, policy.provider, "provider",
                 "action CUSTOM needs the name of a provider")
        .help("\"provider.name\" is that of an extension provider of the MeshConfig");
  for (const Positioned<AuthorizationRule>& rule : *policy.rules) {
    for (const Positioned<AuthorizationFrom>& from : *rule->from)
      check_custom_source(report, *from->source);
    for (const Positioned<AuthorizationCondition>& when : *rule->when)
      check_custom_condition(report, when->key);
  }
}

bool is_empty(const AuthorizationSource& s) {
  return s.principals->empty() && s.not_principals->empty() && s.request_principals->empty() &&
         s.not_request_principals->empty() && s.namespaces->empty() && s.not_namespaces->empty() &&
         s.service_accounts->empty() && s.not_service_accounts->empty() &&
         s.trust_domains->empty() && s.not_trust_domains->empty() && s.ip_blocks->empty() &&
         s.not_ip_blocks->empty() && s.remote_ip_blocks->empty() && s.not_remote_ip_blocks->empty();
}

bool is_empty(const AuthorizationOperation& o) {
  return o.hosts->empty() && o.not_hosts->empty() && o.ports->empty() && o.not_ports->empty() &&
         o.methods->empty() && o.not_methods->empty() && o.paths->empty() && o.not_paths->empty();
}

// Whether the source looks at anything that TCP has, too. Istio leaves trust domains out of this.
bool knows_tcp(const AuthorizationSource& s) {
  return !s.principals->empty() || !s.not_principals->empty() || !s.namespaces->empty() ||
         !s.not_namespaces->empty() || !s.ip_blocks->empty() || !s.not_ip_blocks->empty() ||
         !s.remote_ip_blocks->empty() || !s.not_remote_ip_blocks->empty() ||
         !s.service_accounts->empty() || !s.not_service_accounts->empty();
}

void check_source(Report& report, const Positioned<AuthorizationSource>& source) {
  const bool accounts =
      !source->service_accounts->empty() || !source->not_service_accounts->empty();
  const bool others = !source->principals->empty() || !source->not_principals->empty() ||
                      !source->namespaces->empty() || !source->not_namespaces->empty();
  if (accounts && others)
    report
        .error(kInvalidAuthorization, source.key,
               "service accounts can't stand beside namespaces or principals")
        .help("a service account is given as \"namespace/name\" where the namespace matters");
  if (is_empty(*source))
    report.error(kInvalidAuthorization, source.key, "the source says nothing")
        .help("leave \"from\" out to take every source");
  check_ip_blocks(report, source->ip_blocks);
  check_ip_blocks(report, source->not_ip_blocks);
  check_ip_blocks(report, source->remote_ip_blocks);
  check_ip_blocks(report, source->not_remote_ip_blocks);
  check_not_empty(report, source->principals);
  check_not_empty(report, source->not_principals);
  check_not_empty(report, source->request_principals);
  check_not_empty(report, source->not_request_principals);
  check_not_empty(report, source->namespaces);
  check_not_empty(report, source->not_namespaces);
  check_service_accounts(report, source->service_accounts);
  check_service_accounts(report, source->not_service_accounts);
  check_trust_domains(report, source->trust_domains);
  check_trust_domains(report, source->not_trust_domains);
}

void check_operation(Report& report, const Positioned<AuthorizationOperation>& operation) {
  if (is_empty(*operation))
    report.error(kInvalidAuthorization, operation.key, "the operation says nothing")
        .help("leave \"to\" out to take every operation");
  check_port_values(report, operation->ports);
  check_port_values(report, operation->not_ports);
  for (const Texts* values : {&operation->methods, &operation->not_methods, &operation->paths,
                              &operation->not_paths, &operation->hosts, &operation->not_hosts})
    check_not_empty(report, *values);
  check_paths(report, operation->paths);
  check_paths(report, operation->not_paths);
}

// What a rule looks at, as far as TCP traffic goes.
struct Scope {
  bool present = false;
  bool knows_tcp = false;
};

Scope check_from(Report& report, const AuthorizationRule& rule) {
  Scope scope;
  for (const Positioned<AuthorizationFrom>& from : *rule.from) {
    if (!from.node->is_mapping()) continue;
    if (!from->source.present()) {
      report.missing(kInvalidAuthorization, from, from->source, "source",
                     "an item of \"from\" has no \"source\"");
      continue;
    }
    check_source(report, from->source);
    scope.present = true;
    scope.knows_tcp = scope.knows_tcp || knows_tcp(*from->source);
  }
  return scope;
}

Scope check_to(Report& report, const AuthorizationRule& rule) {
  Scope scope;
  for (const Positioned<AuthorizationTo>& to : *rule.to) {
    if (!to.node->is_mapping()) continue;
    if (!to->operation.present()) {
      report.missing(kInvalidAuthorization, to, to->operation, "operation",
                     "an item of \"to\" has no \"operation\"");
      continue;
    }
    check_operation(report, to->operation);
    scope.present = true;
    scope.knows_tcp =
        scope.knows_tcp || !to->operation->ports->empty() || !to->operation->not_ports->empty();
  }
  return scope;
}

void check_rule(Report& report, const Positioned<AuthorizationRule>& rule, bool denies) {
  if (!rule.node->is_mapping()) return;
  const Scope from = check_from(report, *rule);
  const Scope to = check_to(report, *rule);
  for (const Positioned<AuthorizationCondition>& when : *rule->when) check_condition(report, when);
  const bool http_only =
      (from.present && !to.present && !from.knows_tcp) || (to.present && !to.knows_tcp);
  if (denies && http_only)
    report
        .warning(kDenyByHttpAttributes, rule.range,
                 "the rule denies by what only HTTP requests have, so that all other traffic of "
                 "the workload is denied, too")
        .help("add the \"ports\" that are meant to \"to.operation\"");
}

}  // namespace

void check(Report& report, const AuthorizationPolicy& policy) {
  check_policy_targets(report, policy.selector, policy.target_ref, policy.target_refs);
  const bool custom = *policy.action == AuthorizationAction::Custom;
  const bool denies = *policy.action == AuthorizationAction::Deny;
  if (custom) check_custom(report, policy);
  if (policy.provider.present() && !custom)
    report.error(kInvalidAuthorization, policy.provider.key,
                 "\"provider\" is for action CUSTOM, found {}",
                 policy.action.present() ? policy.action.text() : "ALLOW");
  if (denies && policy.rules->empty())
    report
        .missing(kInvalidAuthorization, policy.rules, "rules",
                 "action DENY without rules denies nothing")
        .help("write \"rules: [{}]\" to deny everything");
  for (const Positioned<AuthorizationRule>& rule : *policy.rules) check_rule(report, rule, denies);
}

}  // namespace egressctl::resource::validation
