// Telemetry: access logs (metrics and traces are left out: no egress flow depends on them).
//
// Source: istio.io/docs/reference/config/telemetry/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"

namespace egressctl::resource {

enum class WorkloadMode { ClientAndServer, Client, Server, Unknown };

struct LogMatch {
  Positioned<WorkloadMode> mode;
};

struct LogFilter {
  Text expression;  // CEL
};

struct ProviderRef {
  Text name;  // of a MeshConfig extension provider, or "envoy"
};

struct AccessLogging {
  Positioned<LogMatch> match;
  List<ProviderRef> providers;
  Flag disabled;
  Positioned<LogFilter> filter;
};

struct Telemetry {
  Positioned<PolicySelector> selector;
  Positioned<TargetRef> target_ref;
  List<TargetRef> target_refs;
  List<AccessLogging> access_logging;
};

// Reads `spec`.
[[nodiscard]] Telemetry read_telemetry(const Fields& in);

}  // namespace egressctl::resource
