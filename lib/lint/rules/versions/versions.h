// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kRemovedOption;  // EGR0702
extern const Rule kTooNew;         // EGR0706

}  // namespace egressctl::lint::rules
