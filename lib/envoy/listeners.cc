// Listeners as Envoy takes them: with an address, unless they are internal, and with filter chains.
//
// Source: envoyproxy/envoy source/common/listener_manager/listener_manager_impl.cc
// (addOrUpdateListener: "address is necessary"), listener_impl.cc (validateFilterChains: "no filter
// chains specified"). Patches of filter chains do not see listeners that a patch adds: istio/istio
// pilot/pkg/networking/core/envoyfilter/listener_patch.go (patchListeners).
#include "lib/envoy/patch_checks.h"
#include "lib/envoy/rules.h"
#include "lib/envoy/visit.h"

namespace egressctl::envoy {
namespace {

bool is_udp(const yaml::Node& address) {
  const yaml::Node* socket = find_value(address, "socket_address");
  const yaml::Node* protocol = socket == nullptr ? nullptr : find_value(*socket, "protocol");
  return protocol != nullptr && (protocol->scalar == "UDP" || protocol->scalar == "1");
}

}  // namespace

void check_listener(const resource::ConfigPatch& patch, Findings& findings) {
  if (*patch.apply_to != resource::ApplyTo::Listener || !adds(patch) ||
      !patch.patch->value.present())
    return;
  const yaml::Node& listener = *patch.patch->value.node;
  const SourceRange head = patch.patch->value.key;
  if (find_value(listener, "api_listener") != nullptr) return;
  const yaml::Node* address = find_value(listener, "address");
  if (address == nullptr && find_value(listener, "internal_listener") == nullptr)
    findings
        .missing(kMissingField, listener, head, "address",
                 "the listener has no address: Envoy refuses it")
        .help("add \"address\", or \"internal_listener: {}\" for one inside the proxy");
  if ((address != nullptr && is_udp(*address)) ||
      find_value(listener, "default_filter_chain") != nullptr ||
      !items_of(find_value(listener, "filter_chains")).empty())
    return;
  findings
      .missing(kMissingField, listener, head, "filter_chains",
               "the listener has no filter chains: Envoy refuses it")
      .help("add \"filter_chains\": patches of other objects do not see a listener that is added");
}

}  // namespace egressctl::envoy
