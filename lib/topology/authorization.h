// AuthorizationPolicies as filters of a proxy.
//
// Source: istio/istio pilot/pkg/model/authorization.go and pilot/pkg/security/authz/builder.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/mesh.h"
#include "lib/topology/listener.h"
#include "lib/topology/proxy.h"

namespace egressctl::topology {

// Immutable; safe to use from several threads.
class PolicyIndex {
 public:
  explicit PolicyIndex(const mesh::Mesh& mesh);

  // What policies ask of connections to the proxy, in the order in which Envoy checks: CUSTOM,
  // AUDIT, DENY, ALLOW. Each part has policies.
  [[nodiscard]] std::vector<Rbac> of_proxy(const Proxy& proxy) const;

 private:
  std::string_view root_;
  enum class Provider { Http, Grpc, Other };

  void add_custom(const std::vector<const resource::Resource*>& selected,
                  std::vector<Rbac>& out) const;

  std::unordered_map<std::string_view, std::vector<const resource::Resource*>> policies_;
  std::unordered_map<std::string_view, Provider> providers_;  // of the mesh
};

// The network filters that these parts become on a TCP chain.
[[nodiscard]] std::vector<NetworkFilter> tcp_filters(const std::vector<Rbac>& parts);

}  // namespace egressctl::topology
