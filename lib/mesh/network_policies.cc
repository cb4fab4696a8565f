#include "lib/mesh/network_policies.h"

#include <algorithm>
#include <set>

#include "lib/mesh/namespace_labels.h"

namespace egressctl::mesh {
namespace {

using resource::LabelRequirement;
using resource::LabelSelector;
using resource::NetworkPeer;
using resource::NetworkPort;
using resource::NetworkRule;
using resource::SelectorOperator;

const std::vector<const PolicyView*> kNone;

// Addresses and ports of the internet; what policies name themselves comes on top.
constexpr std::string_view kAddresses[] = {"93.184.216.34", "185.15.59.224",
                                           "2606:2800:220:1:248:1893:25c8:1946"};
constexpr std::int64_t kPorts[] = {443, 80, 8443, 50000};

bool holds_by_name(const LabelRequirement& requirement, std::string_view name) {
  const bool listed = std::any_of(requirement.values->begin(), requirement.values->end(),
                                  [&](const resource::Text& value) { return *value == name; });
  switch (*requirement.op) {
    case SelectorOperator::In: return listed;
    case SelectorOperator::NotIn: return !listed;
    case SelectorOperator::Exists: return true;
    case SelectorOperator::DoesNotExist:
    case SelectorOperator::Unknown: return false;
  }
  return false;
}

std::string_view protocol_name(Transport transport) {
  return transport == Transport::Udp ? "UDP" : "TCP";
}

bool has_port_named(const Workload& pod, std::string_view name, PeerPort port) {
  if (pod.spec == nullptr) return false;
  for (const auto& container : *pod.spec->containers)
    for (const auto& candidate : *container->ports) {
      const std::string_view protocol = *candidate->protocol;
      if (*candidate->name == name && *candidate->container_port == port.number &&
          (protocol.empty() ? "TCP" : protocol) == protocol_name(port.transport))
        return true;
    }
  return false;
}

bool has_block(const NetworkRule& rule) {
  return std::any_of(rule.peers->begin(), rule.peers->end(),
                     [](const auto& peer) { return peer->ip_block.present(); });
}

bool meets_block(const resource::IpBlock& block, const IpAddress& address) {
  const auto contains = [&](const std::string& text) {
    const auto range = IpRange::parse(text);
    return range && range->start().is_v4() == address.is_v4() && range->contains(address);
  };
  return contains(*block.cidr) &&
         std::none_of(block.except->begin(), block.except->end(),
                      [&](const resource::Text& except) { return contains(*except); });
}

// Addresses of the internet at which the policies' answers can differ: the usual ones, the ends of
// their blocks, and what follows an exception.
std::vector<IpAddress> telling_addresses(const std::vector<const PolicyView*>& policies) {
  std::vector<IpAddress> out;
  for (const std::string_view text : kAddresses) out.push_back(*IpAddress::parse(text));
  const auto add = [&](const IpAddress& address) {
    if (internal_kind(address).empty() && std::find(out.begin(), out.end(), address) == out.end())
      out.push_back(address);
  };
  for (const PolicyView* view : policies)
    for (const auto& rule : *view->policy->egress)
      for (const auto& peer : *rule->peers) {
        if (!peer->ip_block.present()) continue;
        if (const auto range = IpRange::parse(*peer->ip_block->cidr)) {
          add(range->start());
          add(range->last());
        }
        for (const resource::Text& text : *peer->ip_block->except)
          if (const auto range = IpRange::parse(*text))
            if (const auto next = range->last().next()) add(*next);
      }
  return out;
}

// The usual ports, then those that the policies name.
std::vector<std::int64_t> telling_ports(const std::vector<const PolicyView*>& policies) {
  std::set<std::int64_t> named;
  for (const PolicyView* view : policies)
    for (const auto& rule : *view->policy->egress)
      for (const auto& entry : *rule->ports)
        if (entry->port.present() && entry->port->is_number) named.insert(entry->port->number);
  std::vector<std::int64_t> out(std::begin(kPorts), std::end(kPorts));
  out.insert(out.end(), named.begin(), named.end());
  return out;
}

}  // namespace

bool PolicyView::restricts(Direction direction) const {
  if (policy->policy_types->empty())
    return direction == Direction::Ingress || !policy->egress->empty();
  const std::string_view word = direction == Direction::Egress ? "Egress" : "Ingress";
  return std::any_of(policy->policy_types->begin(), policy->policy_types->end(),
                     [&](const resource::Text& type) { return *type == word; });
}

bool PolicyView::selects(const Workload& pod) const {
  return pod.name_space == name_space && is_selected(*policy->pod_selector, *pod.labels);
}

NetworkPolicyIndex::NetworkPolicyIndex(const Mesh& mesh) : mesh_(mesh) {
  for (const resource::Resource* resource : mesh.all(resource::Kind::NetworkPolicy)) {
    const PolicyView& view =
        policies_.emplace_back(PolicyView{.name_space = mesh.namespace_of(*resource),
                                          .resource = resource,
                                          .policy = resource->as<resource::NetworkPolicy>()});
    by_namespace_[view.name_space].push_back(&view);
  }
}

const std::vector<const PolicyView*>& NetworkPolicyIndex::in(std::string_view name_space) const {
  const auto found = by_namespace_.find(name_space);
  return found != by_namespace_.end() ? found->second : kNone;
}

std::vector<const PolicyView*> NetworkPolicyIndex::binding(const Workload& pod,
                                                           Direction direction) const {
  std::vector<const PolicyView*> out;
  for (const PolicyView* policy : in(pod.name_space))
    if (policy->restricts(direction) && policy->selects(pod)) out.push_back(policy);
  return out;
}

bool NetworkPolicyIndex::is_in(std::string_view name_space, const LabelSelector& selector) const {
  const resource::Resource* object = mesh_.namespace_object(name_space);
  // The API server adds the label of the name, so manifests rarely have it.
  for (const auto& wanted : *selector.match_labels) {
    if (wanted.name == kNamespaceNameLabel) {
      if (*wanted.entry != name_space) return false;
    } else if (object != nullptr) {
      const resource::Text* label = object->metadata.labels->find(wanted.name);
      if (label == nullptr || **label != *wanted.entry) return false;
    }
  }
  return std::all_of(selector.match_expressions->begin(), selector.match_expressions->end(),
                     [&](const auto& requirement) {
                       if (*requirement->key == kNamespaceNameLabel)
                         return holds_by_name(*requirement, name_space);
                       return object == nullptr || is_met(*requirement, object->metadata.labels);
                     });
}

bool NetworkPolicyIndex::meets(const PolicyView& policy, const NetworkPeer& entry,
                               const Peer& peer) const {
  // What a block says of the addresses of pods depends on the network plugin; it is not counted.
  if (entry.ip_block.present())
    return peer.pod == nullptr && meets_block(*entry.ip_block, peer.address);
  if (peer.pod == nullptr) return false;
  const bool here = entry.namespace_selector.present()
                        ? is_in(peer.pod->name_space, *entry.namespace_selector)
                        : peer.pod->name_space == policy.name_space;
  return here &&
         (peer.pod->resource == nullptr || is_selected(*entry.pod_selector, *peer.pod->labels));
}

bool NetworkPolicyIndex::meets(const PolicyView& policy, const NetworkRule& rule,
                               const Peer& peer) const {
  return rule.peers->empty() ||
         std::any_of(rule.peers->begin(), rule.peers->end(),
                     [&](const auto& entry) { return meets(policy, *entry, peer); });
}

bool NetworkPolicyIndex::allows(const PolicyView& policy, Direction direction, const Peer& peer,
                                PeerPort port) const {
  const auto& rules = policy.rules(direction);
  return std::any_of(rules->begin(), rules->end(), [&](const auto& rule) {
    return covers_port(*rule, port, peer.pod) && meets(policy, *rule, peer);
  });
}

bool NetworkPolicyIndex::allows_egress(const Workload& pod, const Peer& peer, PeerPort port) const {
  return allows_egress(binding(pod, Direction::Egress), peer, port);
}

bool NetworkPolicyIndex::allows_egress(const std::vector<const PolicyView*>& policies,
                                       const Peer& peer, PeerPort port) const {
  return policies.empty() ||
         std::any_of(policies.begin(), policies.end(), [&](const PolicyView* policy) {
           return allows(*policy, Direction::Egress, peer, port);
         });
}

std::optional<PolicyRefusal> NetworkPolicyIndex::refusal(const Workload& from, const Workload& to,
                                                         PeerPort port) const {
  const auto refused_by = [&](Direction direction) -> const PolicyView* {
    const bool out = direction == Direction::Egress;
    const std::vector<const PolicyView*> policies = binding(out ? from : to, direction);
    const Peer peer{.pod = out ? &to : &from, .address = {}};
    const bool allowed =
        std::any_of(policies.begin(), policies.end(), [&](const PolicyView* policy) {
          const auto& rules = policy->rules(direction);
          return std::any_of(rules->begin(), rules->end(), [&](const auto& rule) {
            return covers_port(*rule, port, &to) &&
                   (meets(*policy, *rule, peer) || has_block(*rule));
          });
        });
    return policies.empty() || allowed ? nullptr : policies.front();
  };
  for (const Direction direction : {Direction::Egress, Direction::Ingress})
    if (const PolicyView* policy = refused_by(direction)) return PolicyRefusal{direction, policy};
  return std::nullopt;
}

std::optional<IpAddress> NetworkPolicyIndex::way_out(const Workload& pod, PeerPort port) const {
  const std::optional<WayOut> way = way_out(pod, port.transport, {port.number});
  return way ? std::optional(way->address) : std::nullopt;
}

std::optional<WayOut> NetworkPolicyIndex::way_out(const Workload& pod, Transport transport) const {
  return way_out(pod, transport, telling_ports(binding(pod, Direction::Egress)));
}

std::optional<WayOut> NetworkPolicyIndex::way_out(const Workload& pod, Transport transport,
                                                  const std::vector<std::int64_t>& ports) const {
  const std::vector<const PolicyView*> policies = binding(pod, Direction::Egress);
  const std::vector<IpAddress> addresses = telling_addresses(policies);
  for (const std::int64_t port : ports)
    for (const IpAddress& address : addresses)
      if (allows_egress(policies, {.pod = nullptr, .address = address}, {transport, port}))
        return WayOut{address, port};
  return std::nullopt;
}

bool covers_port(const NetworkPort& entry, PeerPort port, const Workload* target) {
  const std::string_view protocol = *entry.protocol;
  if ((protocol.empty() ? "TCP" : protocol) != protocol_name(port.transport)) return false;
  if (!entry.port.present()) return true;
  if (!entry.port->is_number)
    return target != nullptr && has_port_named(*target, entry.port->text, port);
  const std::int64_t last = entry.end_port.present() ? *entry.end_port : entry.port->number;
  return entry.port->number <= port.number && port.number <= last;
}

bool covers_port(const NetworkRule& rule, PeerPort port, const Workload* target) {
  return rule.ports->empty() ||
         std::any_of(rule.ports->begin(), rule.ports->end(),
                     [&](const auto& entry) { return covers_port(*entry, port, target); });
}

}  // namespace egressctl::mesh
