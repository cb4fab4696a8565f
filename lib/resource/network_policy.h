// NetworkPolicy: who may open connections, below the mesh.
//
// Source: Kubernetes API reference, NetworkPolicy networking.k8s.io/v1.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"

namespace egressctl::resource {

struct IpBlock {
  Text cidr;
  Texts except;
};

// Either `ip_block`, or pods of the selected namespaces. An empty selector that is present
// selects all; absent, it does not restrict (pods) or means the policy's namespace (namespaces).
struct NetworkPeer {
  Positioned<LabelSelector> pod_selector;
  Positioned<LabelSelector> namespace_selector;
  Positioned<IpBlock> ip_block;
};

struct NetworkPort {
  Text protocol;                 // absent: TCP
  Positioned<IntOrString> port;  // the pod's; absent: every port
  Number end_port;
};

struct NetworkRule {
  List<NetworkPeer> peers;  // `from` or `to`; absent or empty: everyone
  List<NetworkPort> ports;  // absent or empty: every port
};

struct NetworkPolicy {
  Positioned<LabelSelector> pod_selector;
  Texts policy_types;  // absent: Ingress, and Egress when `egress` is there
  List<NetworkRule> ingress;
  List<NetworkRule> egress;
};

// Reads `spec`.
[[nodiscard]] NetworkPolicy read_network_policy(const Fields& in);

}  // namespace egressctl::resource
