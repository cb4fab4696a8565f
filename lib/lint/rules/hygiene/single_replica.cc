// EGR0803 single-replica
#include <string>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/hygiene/hygiene.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0803", "single-replica", Severity::Info};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/setup/additional-setup/gateway/"};

// The Deployments that an autoscaler keeps at two pods or more: "namespace/name".
std::unordered_set<std::string> scaled(const mesh::Mesh& mesh) {
  std::unordered_set<std::string> out;
  for (const resource::Resource* scaler : mesh.all(resource::Kind::HorizontalPodAutoscaler)) {
    const auto& spec = *scaler->as<resource::HorizontalPodAutoscaler>();
    if (spec.min_replicas.present() && *spec.min_replicas >= 2)
      out.insert(fmt::format("{}/{}", mesh.namespace_of(*scaler), *spec.scale_target_ref->name));
  }
  return out;
}

// Whether a PodDisruptionBudget keeps drains from taking the pod away.
bool is_kept(const mesh::Mesh& mesh, const mesh::Workload& pod) {
  for (const resource::Resource* budget : mesh.all(resource::Kind::PodDisruptionBudget))
    if (mesh.namespace_of(*budget) == pod.name_space &&
        mesh::is_selected(*budget->as<resource::PodDisruptionBudget>()->selector, *pod.labels))
      return true;
  return false;
}

void report(const mesh::GatewayView& view, const mesh::Workload& pod, Diagnostics& out) {
  const resource::Resource& resource = *pod.resource;
  const resource::Number& replicas = resource.as<resource::Workload>()->replicas;
  auto finding = out.report(kId, replicas.present() ? replicas.range : resource.metadata.name.range,
                            "egress gateway \"{}\" runs in a single pod: when its node is drained "
                            "nothing leaves the mesh",
                            view.name);
  finding.field("spec.replicas")
      .help("run two pods or more, and add a PodDisruptionBudget")
      .related(view.resource->metadata.name.range, "the gateway");
  const yaml::Node* spec = resource.node->find("spec");
  const auto edit = replicas.node != nullptr ? yaml::replace_raw(*replicas.node, "2")
                    : spec != nullptr        ? yaml::insert_entry(*spec, "replicas", "2")
                                             : std::nullopt;
  if (edit) finding.fix({.title = "run two pods", .safe = false, .edits = {*edit}});
}

void check(const Context& in, Diagnostics& out) {
  const auto by_scaler = scaled(in.mesh());
  std::unordered_set<const mesh::Workload*> told;
  for (const mesh::GatewayView& view : in.gateways().all()) {
    if (!view.egress) continue;
    for (const mesh::Workload* pod : view.pods) {
      if (pod->resource->kind != resource::Kind::Deployment || !told.insert(pod).second) continue;
      const resource::Number& replicas = pod->resource->as<resource::Workload>()->replicas;
      if (replicas.present() && *replicas != 1) continue;
      if (by_scaler.contains(in.mesh().qualified_name(*pod->resource)) || is_kept(in.mesh(), *pod))
        continue;
      report(view, *pod, out);
    }
  }
}

}  // namespace

const Rule kSingleReplica{
    .info = {.id = kId,
             .posture = true,
             .summary = "an egress gateway with a single pod",
             .why = "All traffic to the outside goes through it. When its node is drained or the "
                    "pod is evicted, every connection breaks until another pod is ready.",
             .mend = "Run two pods or more (`replicas`, or an autoscaler with `minReplicas: 2`), "
                     "and add a PodDisruptionBudget.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
