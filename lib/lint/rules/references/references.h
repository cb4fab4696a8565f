// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kMissingSubset;             // EGR0201
extern const Rule kUnknownGateway;            // EGR0202
extern const Rule kMatchGatewayNotBound;      // EGR0203
extern const Rule kSelectorWithoutPods;       // EGR0204
extern const Rule kUnknownDestination;        // EGR0205
extern const Rule kUnknownPort;               // EGR0206
extern const Rule kRuleWithoutHost;           // EGR0207
extern const Rule kShortName;                 // EGR0208
extern const Rule kUnseenDestinationRule;     // EGR0209
extern const Rule kShadowingDestinationRule;  // EGR0210
extern const Rule kNotExported;               // EGR0211
extern const Rule kSelectorWithoutWorkload;   // EGR0212
extern const Rule kMissingSecret;             // EGR0213
extern const Rule kServerPort;                // EGR0214
extern const Rule kServicesDisagree;          // EGR0215
extern const Rule kHiddenGateway;             // EGR0216
extern const Rule kSubsetWithoutPods;         // EGR0217
extern const Rule kObjectTwice;               // EGR0218
extern const Rule kServiceWithoutPods;        // EGR0219
extern const Rule kHeadlessGateway;           // EGR0220
extern const Rule kNamespaceNotDiscovered;    // EGR0221

}  // namespace egressctl::lint::rules
