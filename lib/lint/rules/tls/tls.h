// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kUpstreamNotVerified;  // EGR0407
extern const Rule kNameNotChecked;       // EGR0408
extern const Rule kPortDropsTls;         // EGR0410
extern const Rule kSharedCertificate;    // EGR0414

}  // namespace egressctl::lint::rules
