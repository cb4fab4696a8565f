// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kRelativePatch;       // EGR0605
extern const Rule kDnsCacheDiffers;     // EGR0609
extern const Rule kUndefinedReference;  // EGR0610
extern const Rule kSelectsTooMuch;      // EGR0632
extern const Rule kPatchContext;        // EGR0601
extern const Rule kPatchNamespace;      // EGR0602
extern const Rule kServicePortInMatch;  // EGR0606
extern const Rule kUnmatchedPatch;      // EGR0633

}  // namespace egressctl::lint::rules
