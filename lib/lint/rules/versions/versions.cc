#include "lib/lint/rules/versions/versions.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List versions() {
  static constexpr const Rule* kList[] = {
      &kOldApiVersion, &kRemovedOption,     &kOldDnsAllocation,
      &kOldSniProxy,   &kInClusterOperator, &kTooNew,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
