// EGR0525 nothing-allowed
#include <algorithm>
#include <unordered_set>
#include <vector>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/labels.h"
#include "lib/lint/rules/security/bound_pods.h"
#include "lib/lint/rules/security/security.h"
#include "lib/mesh/policy_targets.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0525", "nothing-allowed", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/concepts/security/#allow-nothing-deny-all-and-allow-all-policy",
    "istio/istio#23133"};

using resource::AuthorizationPolicy;
using resource::Resource;

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  std::vector<const Resource*> allowing;
  std::vector<const Resource*> empty;
  for (const Resource* resource : mesh.all(resource::Kind::AuthorizationPolicy)) {
    const auto& policy = *resource->as<AuthorizationPolicy>();
    if (*policy.action != resource::AuthorizationAction::Allow || mesh::is_dry_run(*resource))
      continue;
    // Whether a label that the input lacks is one of the gateway's is not known.
    if (!policy.rules->empty() && has_added_label(policy.selector->match_labels)) return;
    (policy.rules->empty() ? empty : allowing).push_back(resource);
  }
  if (empty.empty()) return;
  BoundPods open;
  BoundPods closed;
  for (const Resource* resource : allowing) open.add(mesh, *resource);
  for (const Resource* resource : empty) closed.add(mesh, *resource);
  std::unordered_set<const Resource*> told;
  for (const mesh::GatewayView& view : in.gateways().all()) {
    if (!view.egress) continue;
    for (const mesh::Workload* pod : view.pods) {
      const Resource* policy = closed.policy_of(*pod);
      if (policy == nullptr || open.policy_of(*pod) != nullptr || !told.insert(policy).second)
        continue;
      const auto& rules = policy->as<AuthorizationPolicy>()->rules;
      out.report(kId, rules.present() ? rules.range : policy->spec_range,
                 "the policy allows nothing, and no other one allows anything at egress gateway "
                 "\"{}\": it refuses every connection",
                 view.written_name)
          .field("spec.rules")
          .related(pod->resource->metadata.name.range, "the gateway's pods")
          .help("add an ALLOW policy for the gateway that names its clients");
    }
  }
}

}  // namespace

const Rule kNothingAllowed{
    .info = {.id = kId,
             .summary = "an egress gateway for which policies allow nothing",
             .why = "Where some ALLOW policy binds a proxy, what none of them allows is denied. "
                    "One without rules for the whole mesh or namespace binds the gateway, too: "
                    "`RBAC: access denied`, and TCP connections are closed "
                    "(`rbac_access_denied_matched_policy[none]`).",
             .mend = "Write an ALLOW policy with rules for the gateway's pods.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
