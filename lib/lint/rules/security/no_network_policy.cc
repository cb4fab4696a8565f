// EGR0502 no-network-policy
#include <algorithm>
#include <optional>

#include "lib/lint/rules/security/egress_rules.h"
#include "lib/lint/rules/security/security.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0502", "no-network-policy", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "istio/api#1813",
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/"
    "#additional-security-considerations",
    "https://istio.io/latest/docs/ops/best-practices/security/"};

// Where the finding belongs: the Namespace, else what shows that it is there. None for a namespace
// that only an exportTo names: its policies may be where the rest of it is.
std::optional<SourceRange> place_of(const ClientNamespace& client, const Context& in) {
  if (const auto* object = in.mesh().namespace_object(client.name))
    return object->metadata.name.range;
  if (client.own == nullptr && client.pods.empty()) return std::nullopt;
  const auto* resource =
      client.own != nullptr ? client.own->resource : client.pods.front()->resource;
  const resource::Metadata& metadata = resource->metadata;
  return metadata.name_space.present() ? metadata.name_space.range : metadata.name.range;
}

void check(const Context& in, Diagnostics& out) {
  const Clients& clients = in.shared<Clients>();
  const mesh::NetworkPolicyIndex policies(in.mesh());
  for (const ClientNamespace& client : clients.all()) {
    const auto& here = policies.in(client.name);
    const bool any = std::any_of(here.begin(), here.end(), [](const mesh::PolicyView* policy) {
      return policy->restricts(mesh::Direction::Egress);
    });
    const auto open =
        std::find_if(client.pods.begin(), client.pods.end(), [&](const mesh::Workload* pod) {
          return policies.binding(*pod, mesh::Direction::Egress).empty();
        });
    if (any && open == client.pods.end()) continue;
    if (any) {
      out.report(kId, (*open)->resource->metadata.name.range,
                 "no NetworkPolicy of namespace \"{}\" restricts what \"{}\" connects to: without "
                 "its sidecar it goes around the egress gateway",
                 client.name, *(*open)->resource->metadata.name)
          .help("select these pods in a policy with policyTypes [Egress]");
      continue;
    }
    const auto place = place_of(client, in);
    if (!place) continue;
    out.report(kId, *place,
               "no NetworkPolicy restricts what the pods of namespace \"{}\" connect to: what goes "
               "around a sidecar goes around the egress gateway",
               client.name)
        .help("allow DNS, istiod (15012) and the gateway's pods, and nothing else");
  }
}

}  // namespace

const Rule kNoNetworkPolicy{
    .info = {.id = kId,
             .posture = true,
             .summary = "a namespace whose pods no NetworkPolicy keeps from the internet",
             .why = "The mesh leads traffic to the gateway, but does not force it there: a pod "
                    "without sidecar, one that runs as the proxy's user, or one that speaks UDP "
                    "connects to the internet directly.",
             .mend = "Add a NetworkPolicy with policyTypes [Egress] that allows DNS, istiod at "
                     "15012 and the gateway's pods at their targetPort.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
