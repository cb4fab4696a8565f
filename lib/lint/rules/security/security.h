// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kAllowAny;               // EGR0501
extern const Rule kNoNetworkPolicy;        // EGR0502
extern const Rule kInternetAllowed;        // EGR0503
extern const Rule kNetworkPolicyBlocks;    // EGR0504
extern const Rule kUdpBypass;              // EGR0505
extern const Rule kHttpAttributesOnTcp;    // EGR0506
extern const Rule kSniWithoutTls;          // EGR0507
extern const Rule kIdentityWithoutMtls;    // EGR0509
extern const Rule kGatewayWithoutPolicy;   // EGR0510
extern const Rule kBroadWildcard;          // EGR0511
extern const Rule kInterceptionExclusion;  // EGR0513
extern const Rule kNoSidecar;              // EGR0514
extern const Rule kSidecarAllowAny;        // EGR0515
extern const Rule kEntryForEveryone;       // EGR0516
extern const Rule kPortForAnyAddress;      // EGR0517
extern const Rule kInternalAddress;        // EGR0518
extern const Rule kExposedGateway;         // EGR0519
extern const Rule kUnreadableSni;          // EGR0520
extern const Rule kPolicyServicePort;      // EGR0521
extern const Rule kInnerNamesWider;        // EGR0508
extern const Rule kForwarderAnyName;       // EGR0512
extern const Rule kOpenByAddress;          // EGR0522
extern const Rule kPrincipalWithScheme;    // EGR0523
extern const Rule kSniNobodySends;         // EGR0524
extern const Rule kNothingAllowed;         // EGR0525
extern const Rule kUnknownAuthorizer;      // EGR0526

}  // namespace egressctl::lint::rules
