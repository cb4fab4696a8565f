// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kHostNotInGateway;      // EGR0302
extern const Rule kTcpTakesPort;          // EGR0308
extern const Rule kServiceEntriesDiffer;  // EGR0310
extern const Rule kMeshHostTwice;         // EGR0311

}  // namespace egressctl::lint::rules
