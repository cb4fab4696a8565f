#include "lib/resource/telemetry.h"

namespace egressctl::resource {
namespace {

constexpr Word<WorkloadMode> kModes[] = {{"CLIENT_AND_SERVER", WorkloadMode::ClientAndServer},
                                         {"CLIENT", WorkloadMode::Client},
                                         {"SERVER", WorkloadMode::Server}};

LogMatch read_match(const Fields& in) {
  return {.mode = in.choice("mode", kModes)};
}

LogFilter read_filter(const Fields& in) {
  return {.expression = in.text("expression")};
}

ProviderRef read_provider(const Fields& in) {
  return {.name = in.text("name")};
}

AccessLogging read_access_logging(const Fields& in) {
  return {.match = in.object("match", read_match),
          .providers = in.objects("providers", read_provider),
          .disabled = in.flag("disabled"),
          .filter = in.object("filter", read_filter)};
}

constexpr Word<TagOperation> kTagOperations[] = {{"UPSERT", TagOperation::Upsert},
                                                 {"REMOVE", TagOperation::Remove}};

TagOverride read_tag_override(const Fields& in) {
  return {.operation = in.choice("operation", kTagOperations), .value = in.text("value")};
}

MetricMatch read_metric_match(const Fields& in) {
  return {.metric = in.text("metric"),
          .custom_metric = in.text("customMetric"),
          .mode = in.choice("mode", kModes)};
}

MetricOverride read_override(const Fields& in) {
  return {.match = in.object("match", read_metric_match),
          .disabled = in.flag("disabled"),
          .tag_overrides = in.object_map("tagOverrides", read_tag_override)};
}

Metrics read_metrics(const Fields& in) {
  return {.providers = in.objects("providers", read_provider),
          .overrides = in.objects("overrides", read_override),
          .reporting_interval = in.duration("reportingInterval")};
}

TagLiteral read_tag_literal(const Fields& in) {
  return {.value = in.text("value")};
}

TagSource read_tag_source(const Fields& in) {
  return {.name = in.text("name"), .default_value = in.text("defaultValue")};
}

CustomTag read_custom_tag(const Fields& in) {
  return {.literal = in.object("literal", read_tag_literal),
          .environment = in.object("environment", read_tag_source),
          .header = in.object("header", read_tag_source),
          .formatter = in.object("formatter", read_tag_literal)};
}

Tracing read_tracing(const Fields& in) {
  return {.match = in.object("match", read_match),
          .providers = in.objects("providers", read_provider),
          .random_sampling_percentage = in.real("randomSamplingPercentage"),
          .disable_span_reporting = in.flag("disableSpanReporting"),
          .custom_tags = in.object_map("customTags", read_custom_tag)};
}

}  // namespace

Telemetry read_telemetry(const Fields& in) {
  return {.selector = in.object("selector", read_policy_selector),
          .target_ref = in.object("targetRef", read_target_ref),
          .target_refs = in.objects("targetRefs", read_target_ref),
          .access_logging = in.objects("accessLogging", read_access_logging),
          .metrics = in.objects("metrics", read_metrics),
          .tracing = in.objects("tracing", read_tracing)};
}

}  // namespace egressctl::resource
