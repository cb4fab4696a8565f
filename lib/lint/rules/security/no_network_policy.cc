// EGR0502 no-network-policy
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "lib/lint/rules/security/egress_rules.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/append.h"
#include "lib/yaml/emit.h"

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

// A rule that lets pods connect to pods of the Gateway. Empty where the input does not tell which
// these are.
std::string rule_to(const mesh::GatewayView& gateway, std::int64_t port) {
  const resource::TextMap& selector = gateway.gateway->selector;
  if (gateway.namespaces.size() != 1 || selector->empty() || port == 0) return {};
  std::string out = fmt::format(
      "  - to:\n    - namespaceSelector:\n        matchLabels:\n"
      "          kubernetes.io/metadata.name: {}\n      podSelector:\n        matchLabels:\n",
      yaml::emit_string(gateway.namespaces.front()));
  for (const auto& label : *selector)
    out += fmt::format("          {}: {}\n", yaml::emit_string(label.name),
                       yaml::emit_string(*label.entry));
  return out + fmt::format("    ports:\n    - protocol: TCP\n      port: {}\n", port);
}

// Writes the policy for all pods of the namespace: names, configuration and the gateways that its
// sidecars are told of. What else they reach in the cluster is cut off.
std::optional<Fix> restricted_to_gateways(const mesh::Mesh& mesh, const ClientNamespace& client,
                                          SourceRange place) {
  constexpr std::string_view kName = "egress-through-gateway";
  if (mesh.find(resource::Kind::NetworkPolicy, client.name, kName) != nullptr) return std::nullopt;
  std::set<std::string> rules;
  for (const GatewayPath* path : client.paths)
    for (const mesh::GatewayView* gateway : *path->gateways)
      rules.insert(rule_to(*gateway, path->pod_port()));
  if (rules.empty() || rules.contains("")) return std::nullopt;
  std::string document = fmt::format(
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {}\n"
      "  namespace: {}\nspec:\n  podSelector: {{}}\n  policyTypes:\n  - Egress\n  egress:\n"
      "  - to:\n    - namespaceSelector:\n        matchLabels:\n"
      "          kubernetes.io/metadata.name: kube-system\n"
      "    ports:\n    - protocol: UDP\n      port: 53\n    - protocol: TCP\n      port: 53\n"
      "  - to:\n    - namespaceSelector:\n        matchLabels:\n"
      "          kubernetes.io/metadata.name: {}\n"
      "    ports:\n    - protocol: TCP\n      port: 15012\n",
      kName, yaml::emit_string(client.name), yaml::emit_string(mesh.settings().root_namespace));
  for (const std::string& rule : rules) document += rule;
  return yaml::document_fix(*place.source, document,
                            "let the pods connect to DNS, istiod and the gateway alone");
}

// Whether the namespace leads traffic to a gateway for itself alone: then clients are there.
bool is_for_itself(const ClientNamespace& client) {
  if (client.own == nullptr || client.own->visibility.everyone()) return false;
  const auto& seeing = client.own->visibility.namespaces();
  return std::all_of(seeing.begin(), seeing.end(),
                     [&](std::string_view name) { return name == client.name; });
}

// Namespaces where gateways run, or other ways out, and nothing else that is known: what they
// connect to is the internet.
std::set<std::string_view> namespaces_of_exits(const Context& in, const Clients& clients) {
  std::set<std::string_view> out;
  for (const mesh::Workload& pod : in.mesh().workloads().all()) out.insert(pod.name_space);
  for (const mesh::GatewayView& view : in.gateways().all())
    if (view.egress) out.insert(view.namespaces.begin(), view.namespaces.end());
  for (const ClientNamespace& client : clients.all())
    if (!client.pods.empty() || is_for_itself(client)) out.erase(client.name);
  return out;
}

void check(const Context& in, Diagnostics& out) {
  const Clients& clients = in.shared<Clients>();
  const std::set<std::string_view> exits = namespaces_of_exits(in, clients);
  const mesh::NetworkPolicyIndex policies(in.mesh());
  for (const ClientNamespace& client : clients.all()) {
    if (exits.contains(client.name)) continue;
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
    auto finding = out.report(
        kId, *place,
        "no NetworkPolicy restricts what the pods of namespace \"{}\" connect to: what goes "
        "around a sidecar goes around the egress gateway",
        client.name);
    finding.help("allow DNS, istiod (15012) and the gateway's pods, and nothing else");
    if (auto fix = restricted_to_gateways(in.mesh(), client, *place)) finding.fix(std::move(*fix));
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
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
