// EGR0810 telemetry-without-provider, EGR0811 telemetry-twice
#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/lint/context.h"
#include "lib/lint/rules/hygiene/hygiene.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kProvider{"EGR0810", "telemetry-without-provider", Severity::Warning};
constexpr RuleId kTwice{"EGR0811", "telemetry-twice", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/telemetry/"};
constexpr resource::Kind kReads[] = {resource::Kind::Telemetry};

bool has_default_provider(const mesh::Settings& settings) {
  if (settings.mesh_config == nullptr) return false;
  const yaml::Node* providers = settings.mesh_config->default_providers.node;
  const yaml::Node* logs = providers != nullptr ? providers->find("accessLogging") : nullptr;
  return logs != nullptr && !logs->items.empty();
}

void check_provider(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  if (has_default_provider(in.mesh().settings())) return;
  const auto& logs = *resource.as<resource::Telemetry>()->access_logging;
  const auto found = std::find_if(logs.begin(), logs.end(), [](const auto& item) {
    return !*item->disabled && item->providers->empty();
  });
  if (found == logs.end()) return;
  out.report(kProvider, resource.metadata.name.range,
             "an item of \"accessLogging\" names no provider, and the mesh has no default one: it "
             "logs nothing")
      .related(found->range, "the item")
      .help("name a provider, such as \"envoy\"")
      .alias("IST0157");
}

// Whether both say something of logs, of metrics or of traces.
bool share_a_part(const resource::Telemetry& a, const resource::Telemetry& b) {
  return (!a.access_logging->empty() && !b.access_logging->empty()) ||
         (!a.metrics->empty() && !b.metrics->empty()) ||
         (!a.tracing->empty() && !b.tracing->empty());
}

using Resources = std::vector<const resource::Resource*>;

// One of several that is not `resource`.
const resource::Resource& another(const Resources& all, const resource::Resource& resource) {
  return all.front() == &resource ? *all[1] : *all.front();
}

// Those that select one workload are put together, the oldest first.
// Source: istio/istio pilot/pkg/model/telemetry.go (applicableTelemetries); Istio's documentation
// leaves it undefined.
void check_same_pods(const Context& in, Diagnostics& out) {
  using Pods = std::vector<const mesh::Workload*>;
  std::vector<std::pair<const resource::Resource*, Pods>> selections;
  std::unordered_map<const mesh::Workload*, Resources> by_workload;
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::Telemetry)) {
    const auto& labels = resource->as<resource::Telemetry>()->selector->match_labels;
    if (labels->empty()) continue;
    Pods pods = in.mesh().workloads().select(in.mesh().namespace_of(*resource), labels);
    for (const mesh::Workload* pod : pods) by_workload[pod].push_back(resource);
    selections.emplace_back(resource, std::move(pods));
  }
  for (const auto& [resource, pods] : selections) {
    const auto shared = std::find_if(pods.begin(), pods.end(), [&](const mesh::Workload* pod) {
      return by_workload.at(pod).size() > 1;
    });
    if (shared == pods.end()) continue;
    const resource::Resource& other = another(by_workload.at(*shared), *resource);
    const bool differ =
        share_a_part(*resource->as<resource::Telemetry>(), *other.as<resource::Telemetry>());
    out.report(kTwice, resource->metadata.name.range,
               "this Telemetry and \"{}\" both select {}: where they differ the newer one counts, "
               "but Istio does not promise it",
               *other.metadata.name, resource::display_name(*(*shared)->resource))
        .severity(differ ? Severity::Warning : Severity::Info)
        .related(other.metadata.name.range, "the other one")
        .help("merge them, or let each select other workloads")
        .alias("IST0159");
  }
}

bool has_target(const resource::Telemetry& telemetry) {
  return telemetry.target_ref.present() || !telemetry.target_refs->empty();
}

// istioctl takes a Telemetry with a target for one without a selector
// (analyzers/telemetry/default_selector.go); `others_told`: those without either are told of.
void check_targets(const Resources& resources, bool others_told, Diagnostics& out) {
  for (const resource::Resource* resource : resources) {
    if (others_told && !has_target(*resource->as<resource::Telemetry>())) continue;
    out.report(kTwice, resource->metadata.name.range,
               "istioctl takes this Telemetry and \"{}\" for two that are for the whole namespace, "
               "though a \"targetRef\" tells them apart",
               *another(resources, *resource).metadata.name)
        .severity(Severity::Info)
        .alias("IST0160");
  }
}

void check_same_namespace(const Context& in, Diagnostics& out) {
  std::unordered_map<std::string_view, Resources> by_namespace;
  std::unordered_map<std::string_view, Resources> without_selector;
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::Telemetry)) {
    const auto& telemetry = *resource->as<resource::Telemetry>();
    if (telemetry.selector.present()) continue;
    const std::string_view name_space = in.mesh().namespace_of(*resource);
    without_selector[name_space].push_back(resource);
    if (!has_target(telemetry)) by_namespace[name_space].push_back(resource);
  }
  for (const auto& [name_space, resources] : without_selector)
    if (resources.size() > 1) check_targets(resources, by_namespace[name_space].size() > 1, out);
  for (const auto& [name_space, resources] : by_namespace) {
    if (resources.size() < 2) continue;
    for (const resource::Resource* resource : resources) {
      const resource::Resource& other = another(resources, *resource);
      out.report(kTwice, resource->metadata.name.range,
                 "namespace \"{}\" has several Telemetries without a selector, this one and "
                 "\"{}\": one of them counts",
                 name_space, *other.metadata.name)
          .related(other.metadata.name.range, "the other one")
          .help("merge them, or give one a selector")
          .alias("IST0160");
    }
  }
}

void check_twice(const Context& in, Diagnostics& out) {
  check_same_pods(in, out);
  check_same_namespace(in, out);
}

}  // namespace

const Rule kTelemetryWithoutProvider{
    .info = {.id = kProvider,
             .summary = "access logging without a provider",
             .why = "istiod ignores the item, so that the gateway writes no log of what leaves "
                    "the mesh.",
             .mend = "Name a provider, or set `defaultProviders.accessLogging` in MeshConfig.",
             .references = kReferences},
    .check_one = check_provider,
    .reads = kReads};

const Rule kTelemetryTwice{
    .info = {.id = kTwice,
             .summary = "two Telemetries for the same workloads",
             .why = "Of two for a whole namespace only one is used; of two that select the same "
                    "pods the newer one overrides the other. Istio promises neither.",
             .mend = "Merge them.",
             .references = kReferences},
    .check = check_twice};

}  // namespace egressctl::lint::rules
