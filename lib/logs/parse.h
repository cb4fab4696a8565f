// Reads lines of access logs in the forms that Istio and Envoy have had.
//
// Source: istio.io/docs/tasks/observability/logs/access-log/ (today's default,
// text and JSON); istio/istio 1.5 to 1.8 (without termination details, with
// %UPSTREAM_CLUSTER%, with Mixer's status); envoyproxy.io, "Default format
// string".
#pragma once

#include <string>

#include "lib/logs/entry.h"

namespace egressctl::logs {

enum class LineKind {
  Entry,
  Other,  // empty, or something else that a proxy's container writes: logs of
          // Envoy and its agent
  Bad,
};

struct ParsedLine {
  LineKind kind = LineKind::Other;
  Entry entry;          // of LineKind::Entry; `line` is not set
  std::string problem;  // of LineKind::Bad: what is wrong, without position
};

// Reads one line without its end. What kubectl (`--prefix`, `--timestamps`),
// istioctl or stern put before the entry becomes its source.
[[nodiscard]] ParsedLine parse_line(std::string line);

}  // namespace egressctl::logs
