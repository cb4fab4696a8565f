// The values that an AuthorizationPolicy compares requests with.
//
// Source: istio.io/docs/reference/config/security/conditions/.
#pragma once

#include "lib/resource/authorization_policy.h"
#include "lib/resource/validation/report.h"

namespace egressctl::resource::validation {

// Each reports every value of the list that is wrong.
void check_not_empty(Report& report, const Texts& values);
void check_ip_blocks(Report& report, const Texts& values);
void check_port_values(Report& report, const Texts& values);       // "0" to "65535"
void check_service_accounts(Report& report, const Texts& values);  // "name", "namespace/name"
void check_wildcard_values(Report& report, const Texts& values);   // at most one '*', at an end
void check_trust_domains(Report& report, const Texts& values);
void check_paths(Report& report, const Texts& values);  // templates: "/a/{*}/b", "/a/{**}"

// An item of `when`.
void check_condition(Report& report, const Positioned<AuthorizationCondition>& condition);

}  // namespace egressctl::resource::validation
