// RequestAuthentication: whose JWTs workloads take.
//
// Source: istio.io/docs/reference/config/security/request_authentication/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"

namespace egressctl::resource {

struct JwtRule {
  Text issuer;
  Text jwks_uri;
  Text jwks;  // a JSON Web Key Set
};

struct RequestAuthentication {
  Positioned<PolicySelector> selector;
  Positioned<TargetRef> target_ref;
  List<TargetRef> target_refs;
  List<JwtRule> jwt_rules;
};

// Reads `spec`.
[[nodiscard]] RequestAuthentication read_request_authentication(const Fields& in);

}  // namespace egressctl::resource
