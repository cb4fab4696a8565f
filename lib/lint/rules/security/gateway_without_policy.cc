// EGR0510 gateway-without-policy
#include <algorithm>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/security/security.h"
#include "lib/mesh/policy_targets.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0510", "gateway-without-policy", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#23133", "istio/istio#57661"};

// The pods that some policy binds, and the namespaces of which all are bound.
struct Bound {
  std::unordered_set<const mesh::Workload*> pods;
  std::unordered_set<std::string_view> namespaces;
  bool everyone = false;

  [[nodiscard]] bool has(const mesh::Workload& pod) const {
    return everyone || namespaces.contains(pod.name_space) || pods.contains(&pod);
  }
};

Bound bound_pods(const Context& in) {
  Bound out;
  const mesh::Mesh& mesh = in.mesh();
  for (const resource::Resource* resource : mesh.all(resource::Kind::AuthorizationPolicy)) {
    const auto* policy = resource->as<resource::AuthorizationPolicy>();
    if (*policy->action == resource::AuthorizationAction::Audit) continue;
    const std::string_view name_space = mesh.namespace_of(*resource);
    const auto targets = mesh::targets_of(&policy->target_ref, &policy->target_refs);
    if (!targets.empty()) {
      for (const mesh::Workload* pod : mesh.workloads().select(name_space, {}))
        if (mesh::name_gateway_of(targets, name_space, *pod)) out.pods.insert(pod);
      continue;
    }
    const bool root = name_space == mesh.settings().root_namespace;
    const resource::TextMap& selector = policy->selector->match_labels;
    if (selector->empty()) {
      out.everyone = out.everyone || root;
      out.namespaces.insert(name_space);
      continue;
    }
    for (const mesh::Workload* pod : mesh.workloads().select(root ? "" : name_space, selector))
      out.pods.insert(pod);
  }
  return out;
}

void check(const Context& in, Diagnostics& out) {
  const Bound bound = bound_pods(in);
  std::unordered_set<const mesh::Workload*> told;  // several Gateways share a pod
  for (const mesh::GatewayView& view : in.gateways().all()) {
    if (!view.egress) continue;
    const auto open = std::find_if(view.pods.begin(), view.pods.end(),
                                   [&](const auto* pod) { return !bound.has(*pod); });
    if (open == view.pods.end() || !told.insert(*open).second) continue;
    const resource::TextMap& selector = view.gateway->selector;
    out.report(kId, selector.present() ? selector.key : view.resource->spec_range,
               "no AuthorizationPolicy binds the pods of egress gateway \"{}\": every workload of "
               "the mesh may use all of its hosts",
               view.written_name)
        .related((*open)->resource->metadata.name.range, "the pods")
        .help("add an ALLOW policy that names the clients and the SNI of each destination");
  }
}

}  // namespace

const Rule kGatewayWithoutPolicy{
    .info = {.id = kId,
             .posture = true,
             .summary = "an egress gateway that no AuthorizationPolicy binds",
             .why = "Whoever can open a connection to the gateway may use every destination that "
                    "is configured on it, whatever team it was meant for.",
             .mend = "Add an AuthorizationPolicy with action ALLOW in the gateway's namespace: "
                     "which clients may use which destination.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
