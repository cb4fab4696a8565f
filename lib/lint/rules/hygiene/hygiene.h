// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kTelemetryWithoutProvider;  // EGR0810
extern const Rule kTelemetryTwice;            // EGR0811

}  // namespace egressctl::lint::rules
