#include "lib/lint/rules/hygiene/hygiene.h"

#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

List hygiene() {
  static constexpr const Rule* kList[] = {
      &kPortWithoutProtocol, &kUnusedPiece,      &kSingleReplica, &kUnqualifiedGateway,
      &kPointlessWeight,     &kNoAccessLog,      &kLeakedHeaders, &kTelemetryWithoutProvider,
      &kTelemetryTwice,      &kRefusedLogFormat,
  };
  return kList;
}

}  // namespace egressctl::lint::rules
