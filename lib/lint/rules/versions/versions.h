// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kOldApiVersion;      // EGR0701
extern const Rule kRemovedOption;      // EGR0702
extern const Rule kOldDnsAllocation;   // EGR0703
extern const Rule kOldSniProxy;        // EGR0704
extern const Rule kInClusterOperator;  // EGR0705
extern const Rule kTooNew;             // EGR0706

}  // namespace egressctl::lint::rules
