// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kRelativePatch;       // EGR0605
extern const Rule kUndefinedReference;  // EGR0610
extern const Rule kSelectsTooMuch;      // EGR0632

}  // namespace egressctl::lint::rules
