// EGR0503 internet-allowed
#include <algorithm>

#include "lib/lint/rules/security/egress_rules.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

using resource::NetworkRule;

constexpr RuleId kId{"EGR0503", "internet-allowed", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "istio/istio#57661",
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/"};

constexpr std::int64_t kWebPorts[] = {443, 80};

// The web port that the rule opens, or 0.
std::int64_t web_port(const NetworkRule& rule) {
  for (const std::int64_t port : kWebPorts)
    if (mesh::covers_port(rule, {mesh::Transport::Tcp, port}, nullptr)) return port;
  return 0;
}

void check_rule(const resource::Positioned<NetworkRule>& rule, Diagnostics& out) {
  const std::int64_t port = web_port(*rule);
  if (port == 0) return;
  if (rule->peers->empty()) {
    out.report(kId, peers_place(rule),
               "the rule names no peers, so pods reach port {} of every address, past the egress "
               "gateway",
               port)
        .help("name the pods of the egress gateway under \"to\"");
    return;
  }
  for (std::size_t i = 0; i < rule->peers->size(); ++i) {
    const auto& peer = rule->peers.value[i];
    const resource::IpBlock& block = *peer->ip_block;
    if (!peer->ip_block.present() || !block.except->empty() || !is_internet(block)) continue;
    auto finding = out.report(kId, peers_place(rule),
                              "ipBlock \"{}\" lets pods reach port {} of the internet, past the "
                              "egress gateway",
                              *block.cidr, port);
    finding.related(block.cidr.range, "the block")
        .help("allow only the pods of the egress gateway, by namespaceSelector and podSelector");
    if (rule->peers.node == nullptr) continue;
    if (const auto edit = yaml::remove_item(*rule->peers.node, i))
      finding.fix({.title = "remove the block", .safe = false, .edits = {*edit}});
  }
}

// Egress rules of a policy that does not restrict egress are not looked at.
void check_types(const Context& in, Diagnostics& out) {
  const Clients& clients = in.shared<Clients>();
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::NetworkPolicy)) {
    const auto* policy = resource->as<resource::NetworkPolicy>();
    const mesh::PolicyView view{
        .name_space = in.mesh().namespace_of(*resource), .resource = resource, .policy = policy};
    if (policy->egress->empty() || view.restricts(mesh::Direction::Egress) ||
        !binds_applications(view, clients, in))
      continue;
    out.report(kId, policy->policy_types.key,
               "\"policyTypes\" lacks \"Egress\", so the rules under \"egress\" restrict nothing")
        .related(policy->egress.key, "the rules")
        .help("add \"Egress\" to policyTypes");
  }
}

void check(const Context& in, Diagnostics& out) {
  for_each_client_rule(in,
                       [&](const mesh::PolicyView&, const auto& rule) { check_rule(rule, out); });
  check_types(in, out);
}

}  // namespace

const Rule kInternetAllowed{
    .info = {.id = kId,
             .summary = "a NetworkPolicy that lets applications reach the internet themselves",
             .why = "A pod that gets around its sidecar, by an annotation or by running as the "
                    "proxy's user, opens connections to the internet that no gateway sees. "
                    "NetworkPolicy is what stops it, and this one does not.",
             .mend = "Allow the gateway's pods at their targetPort, by namespaceSelector and "
                     "podSelector, and no address block.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
