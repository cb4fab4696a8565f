// NetworkPolicies: what holds for pods whatever their sidecars do.
#include <utility>

#include "lib/generate/emitters.h"

namespace egressctl::generate {
namespace {

using Mapping = yaml::Value::Mapping;
using Sequence = yaml::Value::Sequence;

constexpr std::string_view kNamespaceLabel = "kubernetes.io/metadata.name";
constexpr std::string_view kCondition = "$.Values.policy.networkPolicy";

// Everything but what clusters, nodes and clouds use inside: RFC 6890's special-purpose ranges that
// a host may be reached at.
yaml::Value internet() {
  static const std::vector<std::string> kPrivate4 = {
      "0.0.0.0/8",      "10.0.0.0/8",    "100.64.0.0/10", "127.0.0.0/8",
      "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",  "192.168.0.0/16",
      "198.18.0.0/15",  "224.0.0.0/4",   "240.0.0.0/4"};
  static const std::vector<std::string> kPrivate6 = {"::/127",   "::ffff:0:0/96", "64:ff9b:1::/48",
                                                     "fc00::/7", "fe80::/10",     "ff00::/8"};
  const auto block = [](std::string_view all, const std::vector<std::string>& except) {
    return Mapping{{"ipBlock", Mapping{{"cidr", all}, {"except", list_value(except)}}}};
  };
  return Sequence{block("0.0.0.0/0", kPrivate4), block("::/0", kPrivate6)};
}

yaml::Value tcp_ports(const std::vector<std::uint16_t>& numbers) {
  Sequence ports;
  for (const std::uint16_t number : numbers)
    ports.push_back(Mapping{{"protocol", "TCP"}, {"port", static_cast<std::int64_t>(number)}});
  return ports;
}

yaml::Value target_ports(const Plan& plan) {
  std::vector<std::uint16_t> numbers;
  for (const GatewayPort& port : plan.gateway_ports) numbers.push_back(port.target);
  return tcp_ports(numbers);
}

yaml::Value labels(const std::map<std::string, std::string>& wanted) {
  if (wanted.empty()) return Mapping{};
  return Mapping{{"matchLabels", map_value(wanted)}};
}

// The pods that may reach the gateway; every namespace where the spec names none.
yaml::Value client_peers(const Plan& plan) {
  Sequence peers;
  if (plan.clients.empty()) peers.push_back(Mapping{{"namespaceSelector", Mapping{}}});
  for (const ClientPlan& client : plan.clients) {
    Mapping peer{
        {"namespaceSelector", labels({{std::string(kNamespaceLabel), client.name_space}})}};
    if (!client.selector.empty()) peer.emplace_back("podSelector", labels(client.selector));
    peers.push_back(std::move(peer));
  }
  return peers;
}

void add_for_clients(SetBuilder& set, const ClientPlan& client) {
  const Plan& plan = set.plan();
  const spec::Spec& spec = set.spec();
  const bool direct = !plan.direct_ports.empty();
  const yaml::Value whole_cluster = Sequence{Mapping{{"namespaceSelector", Mapping{}}}};
  set.add(ApplyOrder::Restrict, "NetworkPolicy", "networkpolicy-clients",
          {client.name_space, "egress-clients", {}},
          {{"podSelector", {labels(client.selector), {}}},
           {"rootNamespace", {spec.istio.root_namespace, "$.Values.istio.rootNamespace"}},
           {"gatewayNamespace", {spec.gateway.name_space, "$.Values.gateway.namespace"}},
           {"gatewaySelector", gateway_selector(plan)},
           {"gatewayPorts", {target_ports(plan), {}}},
           {"internet", {direct ? internet() : yaml::Value(), {}}},
           {"directPorts", {direct ? tcp_ports(plan.direct_ports) : yaml::Value(), {}}},
           {"cluster", {spec.policy.cluster_traffic ? whole_cluster : yaml::Value(), {}}}},
          {std::string(kCondition)});
}

}  // namespace

void add_network_policies(SetBuilder& set) {
  const Plan& plan = set.plan();
  const spec::Spec& spec = set.spec();
  if (!*spec.policy.network_policy && set.target() == Target::Manifest) return;
  set.add(ApplyOrder::Restrict, "NetworkPolicy", "networkpolicy-gateway",
          in_gateway_namespace(plan, spec.gateway.name),
          {{"selector", gateway_selector(plan)},
           {"clients", {client_peers(plan), {}}},
           {"gatewayPorts", {target_ports(plan), {}}},
           {"rootNamespace", {spec.istio.root_namespace, "$.Values.istio.rootNamespace"}},
           {"internet", {plan.upstream_ports.empty() ? yaml::Value() : internet(), {}}},
           {"upstreamPorts", {tcp_ports(plan.upstream_ports), {}}}},
          {std::string(kCondition)});
  for (const ClientPlan& client : plan.clients) add_for_clients(set, client);
}

}  // namespace egressctl::generate
