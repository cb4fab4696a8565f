#include "lib/lint/rules/references/references.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List references() {
  static constexpr const Rule* kList[] = {
      &kMatchGatewayNotBound,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
