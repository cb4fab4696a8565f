#include "lib/lint/rules/security/security.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List security() {
  static constexpr const Rule* kList[] = {
      &kAllowAny,
      &kNoNetworkPolicy,
      &kInternetAllowed,
      &kNetworkPolicyBlocks,
      &kUdpBypass,
      &kHttpAttributesOnTcp,
      &kSniWithoutTls,
      &kIdentityWithoutMtls,
      &kGatewayWithoutPolicy,
      &kBroadWildcard,
      &kInterceptionExclusion,
      &kNoSidecar,
      &kSidecarAllowAny,
      &kEntryForEveryone,
      &kPortForAnyAddress,
      &kInternalAddress,
      &kExposedGateway,
      &kUnreadableSni,
      &kPolicyServicePort,
      &kInnerNamesWider,
      &kForwarderAnyName,
      &kOpenByAddress,
      &kPrincipalWithScheme,
      &kSniNobodySends,
      &kNothingAllowed,
      &kUnknownAuthorizer,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
