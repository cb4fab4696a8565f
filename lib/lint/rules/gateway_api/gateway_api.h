// The rules of the family; see all.h.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kDisjointHostnames;       // EGR0901
extern const Rule kRouteKindMismatch;       // EGR0902
extern const Rule kNamespaceNotAllowed;     // EGR0903
extern const Rule kNoReferenceGrant;        // EGR0904
extern const Rule kNoMeshRoute;             // EGR0905
extern const Rule kMalformedReference;      // EGR0906
extern const Rule kGatewayNameAsService;    // EGR0911
extern const Rule kUnknownWaypoint;         // EGR0907
extern const Rule kWaypointWithoutAddress;  // EGR0908
extern const Rule kDynamicDnsInAmbient;     // EGR0909
extern const Rule kSelectorForWaypoint;     // EGR0910
extern const Rule kUnknownParent;           // EGR0912
extern const Rule kUnknownBackend;          // EGR0913
extern const Rule kListenerWithoutTls;      // EGR0914

}  // namespace egressctl::lint::rules
