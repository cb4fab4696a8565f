// AuthorizationPolicy: who may talk to a workload, and how.
//
// Source: istio.io/docs/reference/config/security/authorization-policy/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"

namespace egressctl::resource {

enum class AuthorizationAction { Allow, Deny, Audit, Custom, Unknown };

// All of its parts must hold; absent ones always do.
struct AuthorizationSource {
  Texts principals;
  Texts not_principals;
  Texts request_principals;
  Texts not_request_principals;
  Texts namespaces;
  Texts not_namespaces;
  Texts service_accounts;
  Texts not_service_accounts;
  Texts trust_domains;
  Texts not_trust_domains;
  Texts ip_blocks;
  Texts not_ip_blocks;
  Texts remote_ip_blocks;
  Texts not_remote_ip_blocks;
};

struct AuthorizationFrom {
  Positioned<AuthorizationSource> source;
};

// Everything but ports needs HTTP: an ALLOW rule with it never matches a TCP connection.
struct AuthorizationOperation {
  Texts hosts;
  Texts not_hosts;
  Texts ports;  // the workload's, as strings
  Texts not_ports;
  Texts methods;
  Texts not_methods;
  Texts paths;
  Texts not_paths;
};

struct AuthorizationTo {
  Positioned<AuthorizationOperation> operation;
};

struct AuthorizationCondition {
  Text key;  // "connection.sni", "source.namespace", "request.headers[x]", ...
  Texts values;
  Texts not_values;
};

struct AuthorizationRule {
  List<AuthorizationFrom> from;       // any of them; absent: everyone
  List<AuthorizationTo> to;           // any of them; absent: everything
  List<AuthorizationCondition> when;  // all of them
};

struct ExtensionRef {
  Text name;  // of a MeshConfig extension provider
};

struct AuthorizationPolicy {
  Positioned<PolicySelector> selector;
  Positioned<TargetRef> target_ref;
  List<TargetRef> target_refs;
  Positioned<AuthorizationAction> action;
  List<AuthorizationRule> rules;      // absent: matches nothing, so that ALLOW allows nothing
  Positioned<ExtensionRef> provider;  // CUSTOM only
};

// Reads `spec`.
[[nodiscard]] AuthorizationPolicy read_authorization_policy(const Fields& in);

}  // namespace egressctl::resource
