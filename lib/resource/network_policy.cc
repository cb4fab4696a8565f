#include "lib/resource/network_policy.h"

namespace egressctl::resource {
namespace {

IpBlock read_ip_block(const Fields& in) {
  return {.cidr = in.text("cidr"), .except = in.texts("except")};
}

NetworkPeer read_peer(const Fields& in) {
  return {.pod_selector = in.object("podSelector", read_label_selector),
          .namespace_selector = in.object("namespaceSelector", read_label_selector),
          .ip_block = in.object("ipBlock", read_ip_block)};
}

NetworkPort read_network_port(const Fields& in) {
  return {.protocol = in.text("protocol"),
          .port = in.int_or_string("port"),
          .end_port = in.number("endPort")};
}

NetworkRule read_ingress(const Fields& in) {
  return {.peers = in.objects("from", read_peer), .ports = in.objects("ports", read_network_port)};
}

NetworkRule read_egress(const Fields& in) {
  return {.peers = in.objects("to", read_peer), .ports = in.objects("ports", read_network_port)};
}

}  // namespace

NetworkPolicy read_network_policy(const Fields& in) {
  return {.pod_selector = in.object("podSelector", read_label_selector),
          .policy_types = in.texts("policyTypes"),
          .ingress = in.objects("ingress", read_ingress),
          .egress = in.objects("egress", read_egress)};
}

}  // namespace egressctl::resource
