// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kHttpAttributesOnTcp;   // EGR0506
extern const Rule kSniWithoutTls;         // EGR0507
extern const Rule kIdentityWithoutMtls;   // EGR0509
extern const Rule kGatewayWithoutPolicy;  // EGR0510
extern const Rule kPolicyServicePort;     // EGR0521

}  // namespace egressctl::lint::rules
