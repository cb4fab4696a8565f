#include "lib/lint/rules/security/security.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List security() {
  static constexpr const Rule* kList[] = {
      &kHttpAttributesOnTcp,  &kSniWithoutTls,     &kIdentityWithoutMtls,
      &kGatewayWithoutPolicy, &kPolicyServicePort,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
