#include "lib/resource/request_authentication.h"

namespace egressctl::resource {
namespace {

JwtRule read_jwt_rule(const Fields& in) {
  return {.issuer = in.text("issuer"), .jwks_uri = in.text("jwksUri"), .jwks = in.text("jwks")};
}

}  // namespace

RequestAuthentication read_request_authentication(const Fields& in) {
  return {.selector = in.object("selector", read_policy_selector),
          .target_ref = in.object("targetRef", read_target_ref),
          .target_refs = in.objects("targetRefs", read_target_ref),
          .jwt_rules = in.objects("jwtRules", read_jwt_rule)};
}

}  // namespace egressctl::resource
