#include "lib/lint/rules/tls/tls.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List tls() {
  static constexpr const Rule* kList[] = {
      &kDoubleTls,           &kPlainToMtls,
      &kMtlsIntoPassthrough, &kOuterSni,
      &kNoOrigination,       &kSniFromHeader,
      &kUpstreamNotVerified, &kNameNotChecked,
      &kPortDropsTls,        &kPeerAuthenticationAtGateway,
      &kPlainToStrict,       &kSharedCertificate,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
