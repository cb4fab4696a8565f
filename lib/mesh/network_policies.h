// Which connections the NetworkPolicies of Kubernetes let pods open and take.
//
// Source: Kubernetes API reference, NetworkPolicy networking.k8s.io/v1; "Network Policies" in its
// concepts; kubernetes/kubernetes pkg/apis/networking/v1/defaults.go (what `policyTypes` defaults
// to). Policies are additive: a pod that any of them selects for a direction may do what one
// of these allows, and nothing else; a pod that none selects may do everything.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/ip_address.h"
#include "lib/mesh/mesh.h"

namespace egressctl::mesh {

enum class Direction { Ingress, Egress };

struct PolicyView {
  std::string_view name_space;
  const resource::Resource* resource = nullptr;
  const resource::NetworkPolicy* policy = nullptr;

  // Whether the policy restricts the direction: by `policyTypes`; without them always ingress, and
  // egress when it has rules for that.
  [[nodiscard]] bool restricts(Direction direction) const;

  [[nodiscard]] const resource::List<resource::NetworkRule>& rules(Direction direction) const {
    return direction == Direction::Egress ? policy->egress : policy->ingress;
  }

  // Whether a pod of that namespace with these labels is bound by the policy.
  [[nodiscard]] bool selects(const Workload& pod) const;
};

// The other end of a connection: a pod, or an address when `pod` is nullptr.
struct Peer {
  const Workload* pod = nullptr;
  IpAddress address;
};

enum class Transport { Tcp, Udp };

// The port of the connection, at the pod that takes it.
struct PeerPort {
  Transport transport = Transport::Tcp;
  std::int64_t number = 0;
};

struct PolicyRefusal {
  Direction direction = Direction::Egress;  // of the client, or Ingress of the server
  const PolicyView* policy = nullptr;       // the first of those that do not allow it
};

struct WayOut {
  IpAddress address;
  std::int64_t port = 0;
};

// Labels of a Namespace that the input lacks are not known; a selector of them is taken to hold.
//
// Immutable once built; safe to read from several threads. The Mesh must outlive it.
class NetworkPolicyIndex {
 public:
  explicit NetworkPolicyIndex(const Mesh& mesh);
  NetworkPolicyIndex(const NetworkPolicyIndex&) = delete;
  NetworkPolicyIndex& operator=(const NetworkPolicyIndex&) = delete;

  // In the order of the input.
  [[nodiscard]] const std::deque<PolicyView>& all() const { return policies_; }
  [[nodiscard]] const std::vector<const PolicyView*>& in(std::string_view name_space) const;

  // The policies that restrict the pod in that direction.
  [[nodiscard]] std::vector<const PolicyView*> binding(const Workload& pod,
                                                       Direction direction) const;

  // Whether a peer of the rule is the one at the other end. Ports are another matter.
  [[nodiscard]] bool meets(const PolicyView& policy, const resource::NetworkRule& rule,
                           const Peer& peer) const;

  // Whether a rule of the policy lets the connection through.
  [[nodiscard]] bool allows(const PolicyView& policy, Direction direction, const Peer& peer,
                            PeerPort port) const;

  // Whether the policies of the pod, all together, let it open the connection.
  [[nodiscard]] bool allows_egress(const Workload& pod, const Peer& peer, PeerPort port) const;

  // What keeps one pod from connecting to another; std::nullopt when nothing surely does: blocks of
  // addresses hold for pods in some network plugins, and are taken to let them through. Of a pod
  // that is not in the input (`resource` is nullptr) the labels are not known: policies that ask
  // for some let it through, and do not bind it.
  [[nodiscard]] std::optional<PolicyRefusal> refusal(const Workload& from, const Workload& to,
                                                     PeerPort port) const;

  // An address of the internet that the pod's policies let it connect to at the port, or at any of
  // those that policies name and the usual ones; std::nullopt when there is none. Ranges are tried
  // at their ends and beside their exceptions.
  [[nodiscard]] std::optional<IpAddress> way_out(const Workload& pod, PeerPort port) const;
  [[nodiscard]] std::optional<WayOut> way_out(const Workload& pod, Transport transport) const;

 private:
  // Whether policies that bind one pod, all together, let it open the connection.
  [[nodiscard]] bool allows_egress(const std::vector<const PolicyView*>& policies, const Peer& peer,
                                   PeerPort port) const;
  [[nodiscard]] std::optional<WayOut> way_out(const Workload& pod, Transport transport,
                                              const std::vector<std::int64_t>& ports) const;
  [[nodiscard]] bool is_in(std::string_view name_space,
                           const resource::LabelSelector& selector) const;
  [[nodiscard]] bool meets(const PolicyView& policy, const resource::NetworkPeer& entry,
                           const Peer& peer) const;

  const Mesh& mesh_;
  std::deque<PolicyView> policies_;
  std::unordered_map<std::string_view, std::vector<const PolicyView*>> by_namespace_;
};

// Whether an entry of `ports` is for the port. A name of a port is looked up in the containers of
// `target`, the pod that takes the connection; an address has no names.
[[nodiscard]] bool covers_port(const resource::NetworkPort& entry, PeerPort port,
                               const Workload* target);

// Whether a rule is for the port: one of its entries is, or it has none.
[[nodiscard]] bool covers_port(const resource::NetworkRule& rule, PeerPort port,
                               const Workload* target);

}  // namespace egressctl::mesh
