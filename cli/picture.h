// Traces as a picture.
#pragma once

#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/render/graph.h"
#include "lib/trace/report.h"

namespace egressctl::cli {

enum class Folding {
  Groups,  // what is alike becomes one node where there is much of it
  None,
};

// Who reaches which hosts through what. Hosts that share their whole way become one node when there
// are many, and so do the clients of a namespace. What does not arrive is a problem of the edge
// where it ends, with the rule of a finding that is about a resource on the way, and whose it is
// when others get through.
[[nodiscard]] render::Graph picture_of(const std::vector<trace::Traced>& traces,
                                       const Diagnostics& findings, Folding folding);

}  // namespace egressctl::cli
