// What does not go together in a spec whose values are right one by one.
#pragma once

#include <span>

#include "lib/base/diagnostic.h"
#include "lib/spec/destination_reader.h"
#include "lib/spec/spec.h"

namespace egressctl::spec {

// Reports what contradicts within one destination: keys and hosts that its `via` does not take, a
// common host outside the wildcards, a resolution that does not fit the hosts or the Istio version.
// Says nothing where the values themselves were reported.
void check_destination(const ReadDestination& read, const Istio& istio, Diagnostics& diagnostics);

// Reports what contradicts between destinations: names and hosts given twice; and the names that a
// wildcard looks like covering but does not.
void check_destinations(std::span<const ReadDestination> destinations, const Policy& policy,
                        Diagnostics& diagnostics);

// Reports a policy that the Istio version can't have or that lets more out than it looks like.
void check_policy(const Spec& spec, Diagnostics& diagnostics);

}  // namespace egressctl::spec
