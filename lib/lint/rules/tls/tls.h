// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kDoubleTls;                    // EGR0401
extern const Rule kPlainToMtls;                  // EGR0402
extern const Rule kMtlsIntoPassthrough;          // EGR0403
extern const Rule kOuterSni;                     // EGR0404
extern const Rule kNoOrigination;                // EGR0405
extern const Rule kSniFromHeader;                // EGR0406
extern const Rule kUpstreamNotVerified;          // EGR0407
extern const Rule kNameNotChecked;               // EGR0408
extern const Rule kPortDropsTls;                 // EGR0410
extern const Rule kPeerAuthenticationAtGateway;  // EGR0411
extern const Rule kPlainToStrict;                // EGR0412
extern const Rule kSharedCertificate;            // EGR0414

}  // namespace egressctl::lint::rules
