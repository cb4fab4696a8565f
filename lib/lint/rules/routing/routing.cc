#include "lib/lint/rules/routing/routing.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List routing() {
  static constexpr const Rule* kList[] = {
      &kNoMeshBinding,
      &kHostNotInGateway,
      &kGatewayHalfMissing,
      &kGatewayLoop,
      &kNoneBehindGateway,
      &kRouteKind,
      &kHttpOnTlsPort,
      &kTcpTakesPort,
      &kSniTwice,
      &kServiceEntriesDiffer,
      &kMeshHostTwice,
      &kHostOnTwoServers,
      &kMixedPort,
      &kGatewayMatchPort,
      &kMeshMatchPort,
      &kRuleForOtherProtocol,
      &kWildcardToOneServer,
      &kDynamicDnsAtGateway,
      &kWildcardWithoutAddress,
      &kShadowedService,
      &kExternalName,
      &kInternalLocation,
      &kPastGateway,
      &kPartlyPastGateway,
      &kSharedServer,
      &kSubsetTwice,
      &kApexNotCovered,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
