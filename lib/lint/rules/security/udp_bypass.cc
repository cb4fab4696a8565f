// EGR0505 udp-bypass
#include "lib/lint/rules/security/egress_rules.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

using resource::NetworkRule;

constexpr RuleId kId{"EGR0505", "udp-bypass", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "istio/istio#44843",
    "https://istio.io/latest/docs/ops/best-practices/security/"
    "#understand-traffic-capture-limitations"};

constexpr mesh::PeerPort kQuic{mesh::Transport::Udp, 443};

bool reaches_internet(const NetworkRule& rule) {
  if (rule.peers->empty()) return true;
  for (const auto& peer : *rule.peers)
    if (peer->ip_block.present() && is_internet(*peer->ip_block)) return true;
  return false;
}

void check_rule(const resource::Positioned<NetworkRule>& rule, Diagnostics& out) {
  if (!reaches_internet(*rule)) return;
  if (rule->ports->empty()) {
    auto finding = out.report(kId, peers_place(rule),
                              "the rule names no ports, so pods reach the internet over UDP, too, "
                              "which no sidecar sees");
    finding.help("name the TCP ports");
    if (rule.node == nullptr) return;
    if (const auto edit = yaml::insert_entry(*rule.node, "ports", "[{protocol: TCP}]"))
      finding.fix({.title = "allow TCP only", .safe = false, .edits = {*edit}});
    return;
  }
  for (std::size_t i = 0; i < rule->ports->size(); ++i) {
    const auto& port = rule->ports.value[i];
    if (!mesh::covers_port(*port, kQuic, nullptr)) continue;
    auto finding = out.report(kId, port.range,
                              "UDP port 443 of the internet is open: HTTP/3 leaves past the "
                              "sidecar and the egress gateway");
    finding.help("allow TCP only; clients fall back to it");
    if (const auto edit = yaml::remove_item(*rule->ports.node, i))
      finding.fix({.title = "remove the UDP port", .safe = false, .edits = {*edit}});
  }
}

void check_entries(const Context& in, Diagnostics& out) {
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::ServiceEntry))
    for (const auto& port : *resource->as<resource::ServiceEntry>()->ports)
      if (*port->protocol == resource::Protocol::Udp)
        out.report(kId, port->protocol.range,
                   "port {} is UDP, which sidecars and gateways do not take: its traffic leaves "
                   "by itself",
                   *port->number)
            .help("restrict it with a NetworkPolicy; Istio has no part in it");
}

void check(const Context& in, Diagnostics& out) {
  for_each_client_rule(in,
                       [&](const mesh::PolicyView&, const auto& rule) { check_rule(rule, out); });
  check_entries(in, out);
}

}  // namespace

const Rule kUdpBypass{
    .info = {.id = kId,
             .summary = "UDP to the internet, which goes past the mesh",
             .why = "Sidecars intercept TCP alone. Browsers and libraries that find HTTP/3 switch "
                    "to UDP port 443, and leave unseen and unrestricted.",
             .mend = "Allow TCP only; UDP for nothing but DNS.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
