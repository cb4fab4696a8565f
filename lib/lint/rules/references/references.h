// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kMatchGatewayNotBound;  // EGR0203

}  // namespace egressctl::lint::rules
