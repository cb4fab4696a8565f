// Reads one destination of an egress spec.
#pragma once

#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/spec/fields.h"
#include "lib/spec/spec.h"

namespace egressctl::spec {

// A destination, and what the checks of lib/spec/contradictions.h must know beyond its values.
// Of a key with an unusable value the range is known and the value the default.
struct ReadDestination {
  Destination value;
  bool hosts_usable = false;        // every host is one that Istio takes
  bool common_host_usable = false;  // the same for commonHost
  SourceRange tls;                  // of `tls`, where it is given
  SourceRange start;                // a place that stands for all of it
  std::string path;                 // "spec.destinations[0]"
};

// Reads and checks every value by itself; what contradicts what is left to contradictions.h.
[[nodiscard]] ReadDestination read_destination(Fields& fields, std::string_view cluster_domain,
                                               Diagnostics& diagnostics);

}  // namespace egressctl::spec
