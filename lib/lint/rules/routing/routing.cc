#include "lib/lint/rules/routing/routing.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List routing() {
  static constexpr const Rule* kList[] = {
      &kHostNotInGateway,
      &kTcpTakesPort,
      &kServiceEntriesDiffer,
      &kMeshHostTwice,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
