// Telemetry: access logs, metrics and traces.
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

enum class TagOperation { Upsert, Remove, Unknown };

struct TagOverride {
  Positioned<TagOperation> operation;
  Text value;  // CEL
};

struct MetricMatch {
  Text metric;
  Text custom_metric;
  Positioned<WorkloadMode> mode;
};

struct MetricOverride {
  Positioned<MetricMatch> match;
  Flag disabled;
  Positioned<Map<TagOverride>> tag_overrides;
};

struct Metrics {
  List<ProviderRef> providers;
  List<MetricOverride> overrides;
  Duration reporting_interval;
};

struct TagLiteral {
  Text value;
};

// A header or a variable of the environment.
struct TagSource {
  Text name;
  Text default_value;
};

struct CustomTag {
  Positioned<TagLiteral> literal;
  Positioned<TagSource> environment;
  Positioned<TagSource> header;
  Positioned<TagLiteral> formatter;
};

struct Tracing {
  Positioned<LogMatch> match;
  List<ProviderRef> providers;
  Real random_sampling_percentage;
  Flag disable_span_reporting;
  Positioned<Map<CustomTag>> custom_tags;
};

struct Telemetry {
  Positioned<PolicySelector> selector;
  Positioned<TargetRef> target_ref;
  List<TargetRef> target_refs;
  List<AccessLogging> access_logging;
  List<Metrics> metrics;
  List<Tracing> tracing;
};

// Reads `spec`.
[[nodiscard]] Telemetry read_telemetry(const Fields& in);

}  // namespace egressctl::resource
