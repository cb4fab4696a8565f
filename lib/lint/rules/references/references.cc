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
      &kRuleWithoutHost,
      &kShortName,
      &kUnseenDestinationRule,
      &kShadowingDestinationRule,
      &kNotExported,
      &kSelectorWithoutWorkload,
      &kMissingSecret,
      &kServerPort,
      &kServicesDisagree,
      &kHiddenGateway,
      &kSubsetWithoutPods,
      &kObjectTwice,
      &kServiceWithoutPods,
      &kHeadlessGateway,
      &kNamespaceNotDiscovered,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
