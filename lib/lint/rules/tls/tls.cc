#include "lib/lint/rules/tls/tls.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List tls() {
  static constexpr const Rule* kList[] = {
      &kDoubleTls,      &kPlainToMtls,   &kMtlsIntoPassthrough,
      &kOuterSni,       &kNoOrigination, &kUpstreamNotVerified,
      &kNameNotChecked, &kPortDropsTls,  &kSharedCertificate,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
