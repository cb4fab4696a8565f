// NetworkPolicies that the API server refuses, and rules in them that do nothing.
//
// Source: kubernetes/kubernetes pkg/apis/networking/validation/validation.go
// (ValidateNetworkPolicySpec, ValidateIPBlock); "Network Policies" in the concepts of Kubernetes.
#include "lib/resource/network_policy.h"

#include <algorithm>
#include <string>

#include "lib/base/ip_address.h"
#include "lib/resource/validation/kubernetes.h"
#include "lib/resource/validation/names.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

void check_block(Report& report, const IpBlock& block) {
  if (!is_network(*block.cidr)) {
    report.refused(kInvalidNetworkPolicy, block.cidr.range, "\"{}\" is no network", *block.cidr)
        .help("write an address and the length of its prefix: \"10.0.0.0/8\"");
    return;
  }
  const auto whole = IpRange::parse(*block.cidr);
  for (const Text& except : *block.except) {
    const auto part = is_network(*except) ? IpRange::parse(*except) : std::nullopt;
    if (!part) {
      report.refused(kInvalidNetworkPolicy, except.range, "\"{}\" is no network", *except);
    } else if (whole && (!whole->covers(*part) || part->covers(*whole))) {
      report
          .refused(kInvalidNetworkPolicy, except.range, "\"{}\" is no part of \"{}\"", *except,
                   *block.cidr)
          .related(block.cidr.range, "the network that it is to be taken out of");
    }
  }
}

void check_peer(Report& report, const Positioned<NetworkPeer>& peer) {
  const bool pods = peer->pod_selector.present() || peer->namespace_selector.present();
  if (peer->ip_block.present() && pods)
    report
        .refused(kInvalidNetworkPolicy, peer->ip_block.key,
                 "a peer is either an \"ipBlock\" or chosen by selectors")
        .help("make two peers of it");
  if (peer->ip_block.present()) check_block(report, *peer->ip_block);
}

void check_port(Report& report, const NetworkPort& port) {
  check_port_name(report, kInvalidNetworkPolicy, port.port);
  if (!port.end_port.present()) return;
  if (!port.port.present() || !port.port->is_number) {
    report.refused(kInvalidNetworkPolicy, port.end_port.range,
                   "\"endPort\" needs a \"port\" with a number before it");
  } else if (*port.end_port < port.port->number) {
    report
        .refused(kInvalidNetworkPolicy, port.end_port.range,
                 "the range ends at port {}, before port {} where it starts", *port.end_port,
                 port.port->number)
        .related(port.port.range, "where it starts");
  }
}

void check_rules(Report& report, const List<NetworkRule>& rules) {
  for (const auto& rule : *rules) {
    for (const auto& peer : *rule->peers) check_peer(report, peer);
    for (const auto& port : *rule->ports) check_port(report, *port);
  }
}

// Rules of a direction that `policyTypes` leaves out are never looked at.
void check_direction(Report& report, const NetworkPolicy& policy, const List<NetworkRule>& rules,
                     std::string_view word) {
  const Texts& types = policy.policy_types;
  if (rules->empty() || types->empty() ||
      std::any_of(types->begin(), types->end(), [&](const Text& type) { return *type == word; }))
    return;
  auto finding = report.refused(kInvalidNetworkPolicy, rules.key,
                                "\"policyTypes\" lacks {}, so that these rules do nothing", word);
  finding.related(types.range, "the directions that the policy is for")
      .help(fmt::format("add {} to \"policyTypes\"", word));
  if (types.node == nullptr) return;
  if (const auto edit = yaml::append_item(*types.node, word))
    finding.fix({.title = fmt::format("add {}", word), .safe = false, .edits = {*edit}});
}

}  // namespace

void check_network_policy(Report& report, const NetworkPolicy& policy) {
  check_rules(report, policy.ingress);
  check_rules(report, policy.egress);
  check_direction(report, policy, policy.ingress, "Ingress");
  check_direction(report, policy, policy.egress, "Egress");
}

}  // namespace egressctl::resource::validation
