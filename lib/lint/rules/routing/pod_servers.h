// The servers of all Gateways that run in the same pods, as istiod merges them.
//
// Source: istio/istio pilot/pkg/model/gateway.go (mergeGateways, CheckDuplicates,
// canMergeProtocols).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/lint/rules/routing/bindings.h"

namespace egressctl::lint::rules {

struct PodServer {
  const mesh::GatewayView* gateway = nullptr;
  const Server* server = nullptr;
  std::int64_t port = 0;  // that the pods listen on

  [[nodiscard]] bool has_tls() const { return (*server)->tls.present(); }

  // Whether TLS is what tells its connections from others: not so for plain HTTP with a redirect.
  [[nodiscard]] bool is_tls_server() const {
    return has_tls() && !resource::is_http(*(*server)->port->protocol);
  }
};

// Calls `use` for each group of servers that run in the same pods: the older Gateways first, as
// istiod takes them. Where the input lacks the pods, equal selectors stand for the same ones.
void for_each_pod(const Context& in, const std::function<void(const std::vector<PodServer>&)>& use);

// Whether it is certain that istiod takes `first` before `second`: it stands before it in one
// Gateway, or its Gateway is known to be older.
[[nodiscard]] bool is_before(const PodServer& first, const PodServer& second);

// Whether a VirtualService at the server's Gateway has routes for it.
[[nodiscard]] bool has_routes(const PodServer& server);

}  // namespace egressctl::lint::rules
