// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kNoMeshBinding;           // EGR0301
extern const Rule kHostNotInGateway;        // EGR0302
extern const Rule kGatewayHalfMissing;      // EGR0303
extern const Rule kGatewayLoop;             // EGR0304
extern const Rule kNoneBehindGateway;       // EGR0305
extern const Rule kRouteKind;               // EGR0306
extern const Rule kHttpOnTlsPort;           // EGR0307
extern const Rule kTcpTakesPort;            // EGR0308
extern const Rule kSniTwice;                // EGR0309
extern const Rule kServiceEntriesDiffer;    // EGR0310
extern const Rule kMeshHostTwice;           // EGR0311
extern const Rule kHostOnTwoServers;        // EGR0312
extern const Rule kMixedPort;               // EGR0313
extern const Rule kGatewayMatchPort;        // EGR0314
extern const Rule kMeshMatchPort;           // EGR0315
extern const Rule kRuleForOtherProtocol;    // EGR0316
extern const Rule kWildcardToOneServer;     // EGR0317
extern const Rule kDynamicDnsAtGateway;     // EGR0318
extern const Rule kWildcardWithoutAddress;  // EGR0319
extern const Rule kShadowedService;         // EGR0320
extern const Rule kExternalName;            // EGR0321
extern const Rule kInternalLocation;        // EGR0322
extern const Rule kPastGateway;             // EGR0323
extern const Rule kPartlyPastGateway;       // EGR0324
extern const Rule kSharedServer;            // EGR0330
extern const Rule kSubsetTwice;             // EGR0331
extern const Rule kApexNotCovered;          // EGR0332

}  // namespace egressctl::lint::rules
