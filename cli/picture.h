// Traces as a picture.
#pragma once

#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/render/graph.h"
#include "lib/trace/report.h"

namespace egressctl::cli {

// Who reaches which hosts through what. Hosts that share their whole way become one node when there
// are many, and so do the clients of a namespace. What does not arrive is a problem of the edge
// where it ends, with the rule of a finding that is about a resource on the way.
[[nodiscard]] render::Graph picture_of(const std::vector<trace::Traced>& traces,
                                       const Diagnostics& findings);

}  // namespace egressctl::cli
