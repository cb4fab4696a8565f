#include "lib/lint/rules/gateway_api/gateway_api.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List gateway_api() {
  static constexpr const Rule* kList[] = {
      &kDisjointHostnames,    &kRouteKindMismatch,   &kNamespaceNotAllowed,
      &kNoReferenceGrant,     &kNoMeshRoute,         &kMalformedReference,
      &kGatewayNameAsService, &kUnknownWaypoint,     &kWaypointWithoutAddress,
      &kDynamicDnsInAmbient,  &kSelectorForWaypoint, &kUnknownParent,
      &kUnknownBackend,       &kListenerWithoutTls,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
