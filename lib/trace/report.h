// Traces for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "lib/trace/trace.h"

namespace egressctl::trace {

// A trace, and what it is of.
struct Traced {
  Request request;
  Trace trace;
};

// Hop by hop, with the resource and the line that caused each; the verdict last.
[[nodiscard]] std::string to_text(const Traced& traced);

// {"from", "to", "sni", "verdict", "reason", "reached", "hops": [...], "blame": [...]}, pretty-
// printed, with a final newline; of several a list of these.
[[nodiscard]] std::string to_json(const Traced& traced);
[[nodiscard]] std::string to_json(const std::vector<Traced>& traces);

// "Kind namespace/name (file:line:column)".
[[nodiscard]] std::string describe(const topology::Cause& cause);

}  // namespace egressctl::trace
