#include "lib/resource/authorization_policy.h"

namespace egressctl::resource {
namespace {

constexpr Word<AuthorizationAction> kActions[] = {{"ALLOW", AuthorizationAction::Allow},
                                                  {"DENY", AuthorizationAction::Deny},
                                                  {"AUDIT", AuthorizationAction::Audit},
                                                  {"CUSTOM", AuthorizationAction::Custom}};

AuthorizationSource read_source(const Fields& in) {
  return {.principals = in.texts("principals"),
          .not_principals = in.texts("notPrincipals"),
          .request_principals = in.texts("requestPrincipals"),
          .not_request_principals = in.texts("notRequestPrincipals"),
          .namespaces = in.texts("namespaces"),
          .not_namespaces = in.texts("notNamespaces"),
          .service_accounts = in.texts("serviceAccounts"),
          .not_service_accounts = in.texts("notServiceAccounts"),
          .trust_domains = in.texts("trustDomains"),
          .not_trust_domains = in.texts("notTrustDomains"),
          .ip_blocks = in.texts("ipBlocks"),
          .not_ip_blocks = in.texts("notIpBlocks"),
          .remote_ip_blocks = in.texts("remoteIpBlocks"),
          .not_remote_ip_blocks = in.texts("notRemoteIpBlocks")};
}

AuthorizationFrom read_from(const Fields& in) {
  return {.source = in.object("source", read_source)};
}

AuthorizationOperation read_operation(const Fields& in) {
  return {.hosts = in.texts("hosts"),
          .not_hosts = in.texts("notHosts"),
          .ports = in.texts("ports"),
          .not_ports = in.texts("notPorts"),
          .methods = in.texts("methods"),
          .not_methods = in.texts("notMethods"),
          .paths = in.texts("paths"),
          .not_paths = in.texts("notPaths")};
}

AuthorizationTo read_to(const Fields& in) {
  return {.operation = in.object("operation", read_operation)};
}

AuthorizationCondition read_condition(const Fields& in) {
  return {.key = in.text("key"), .values = in.texts("values"), .not_values = in.texts("notValues")};
}

AuthorizationRule read_rule(const Fields& in) {
  return {.from = in.objects("from", read_from),
          .to = in.objects("to", read_to),
          .when = in.objects("when", read_condition)};
}

ExtensionRef read_extension_ref(const Fields& in) {
  return {.name = in.text("name")};
}

}  // namespace

AuthorizationPolicy read_authorization_policy(const Fields& in) {
  return {.selector = in.object("selector", read_policy_selector),
          .target_ref = in.object("targetRef", read_target_ref),
          .target_refs = in.objects("targetRefs", read_target_ref),
          .action = in.choice("action", kActions),
          .rules = in.objects("rules", read_rule),
          .provider = in.object("provider", read_extension_ref)};
}

}  // namespace egressctl::resource
