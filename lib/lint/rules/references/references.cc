#include "lib/lint/rules/references/references.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List references() {
  static constexpr const Rule* kList[] = {
      &kMissingSubset,
      &kUnknownGateway,
      &kMatchGatewayNotBound,
      &kSelectorWithoutPods,
      &kUnknownDestination,
      &kUnknownPort,
      &kShortName,
      &kUnseenDestinationRule,
      &kShadowingDestinationRule,
      &kNotExported,
      &kServerPort,
      &kHiddenGateway,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
