#include "lib/resource/telemetry.h"

#include <string>

#include "lib/resource/validation/cel_syntax.h"
#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {
namespace {

void check_providers(Report& report, const List<ProviderRef>& providers) {
  for (const Positioned<ProviderRef>& provider : *providers)
    if (provider->name->empty() && provider.node->is_mapping())
      report
          .missing(kInvalidTelemetry, provider, provider->name, "name", "the provider has no name")
          .help("it is that of an extension provider of the MeshConfig, or \"envoy\"");
}

void check_filter(Report& report, const Positioned<LogFilter>& filter) {
  if (!filter.present()) return;
  const Text& expression = filter->expression;
  const auto problem = cel_syntax_problem(*expression);
  if (!problem) return;
  report
      .missing(kInvalidTelemetry, filter, expression, "expression",
               "the filter \"{}\" is no CEL expression: {}", *expression, *problem)
      .help("write a condition on Envoy's attributes: \"response.code >= 400\"");
}

void check_tag(Report& report, const std::string& name, const Positioned<CustomTag>& tag) {
  if (name.empty()) report.error(kInvalidTelemetry, tag.key, "a tag has no name");
  if (tag->literal.present() && tag->literal->value->empty())
    report.missing(kInvalidTelemetry, tag->literal, tag->literal->value, "value",
                   "tag \"{}\" has an empty literal", name);
  const auto check_source = [&](const Positioned<TagSource>& source, std::string_view what) {
    if (source.present() && source->name->empty())
      report.missing(kInvalidTelemetry, source, source->name, "name", "tag \"{}\" names no {}",
                     name, what);
  };
  check_source(tag->header, "header");
  check_source(tag->environment, "environment variable");
}

void check_tracing(Report& report, const List<Tracing>& tracing) {
  if (tracing->size() > 1)
    report.warning(kInvalidTelemetry, tracing.key, "Istio takes one item of \"tracing\", found {}",
                   tracing->size());
  for (const Positioned<Tracing>& each : *tracing) {
    if (each->providers->size() > 1)
      report.warning(kInvalidTelemetry, each->providers.key,
                     "Istio takes one provider for traces, found {}", each->providers->size());
    check_providers(report, each->providers);
    const Real& share = each->random_sampling_percentage;
    if (*share < 0 || *share > 100)
      report.error(kInvalidTelemetry, share.range, "{} is no percentage from 0 to 100", *share);
    for (const auto& [name, tag] : *each->custom_tags) check_tag(report, name, tag);
  }
}

void check_override(Report& report, const MetricOverride& override) {
  for (const auto& [name, tag] : *override.tag_overrides) {
    if (name.empty()) report.warning(kInvalidTelemetry, tag.key, "a tag has no name");
    const bool removes = *tag->operation == TagOperation::Remove;
    if (*tag->operation == TagOperation::Upsert && tag->value->empty())
      report.missing(kInvalidTelemetry, tag, tag->value, "value", "tag \"{}\" has no value", name)
          .help("give the value's expression, or use operation REMOVE");
    if (removes && !tag->value->empty())
      report.error(kInvalidTelemetry, tag->value.range,
                   "tag \"{}\" is removed, so it can't have a value", name);
  }
  const Text& metric = override.match->custom_metric;
  if (metric.present() && metric->empty())
    report.error(kInvalidTelemetry, metric.range, "\"customMetric\" is empty");
}

}  // namespace

void check(Report& report, const Telemetry& telemetry) {
  check_policy_targets(report, telemetry.selector, telemetry.target_ref, telemetry.target_refs);
  for (const Positioned<Metrics>& metrics : *telemetry.metrics) {
    check_providers(report, metrics->providers);
    for (const Positioned<MetricOverride>& each : *metrics->overrides)
      check_override(report, *each);
  }
  check_tracing(report, telemetry.tracing);
  for (const Positioned<AccessLogging>& logging : *telemetry.access_logging) {
    check_filter(report, logging->filter);
    check_providers(report, logging->providers);
  }
}

}  // namespace egressctl::resource::validation
