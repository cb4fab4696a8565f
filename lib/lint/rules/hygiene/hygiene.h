// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kPortWithoutProtocol;       // EGR0801
extern const Rule kUnusedPiece;               // EGR0802
extern const Rule kSingleReplica;             // EGR0803
extern const Rule kUnqualifiedGateway;        // EGR0804
extern const Rule kPointlessWeight;           // EGR0805
extern const Rule kNoAccessLog;               // EGR0806
extern const Rule kLeakedHeaders;             // EGR0807
extern const Rule kTelemetryWithoutProvider;  // EGR0810
extern const Rule kTelemetryTwice;            // EGR0811
extern const Rule kRefusedLogFormat;          // EGR0812

}  // namespace egressctl::lint::rules
