// Whether workloads insist on mTLS, from PeerAuthentications.
//
// Source: istio/istio pilot/pkg/model/authentication.go and
// pilot/pkg/security/authn/policy_applier.go.
#pragma once

#include <functional>
#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/mesh.h"
#include "lib/topology/cause.h"
#include "lib/topology/proxy.h"

namespace egressctl::topology {

using resource::MutualTlsMode;

// What a workload asks of its clients. Modes are Disable, Permissive or Strict.
struct PeerMode {
  MutualTlsMode mode = MutualTlsMode::Permissive;
  std::map<std::uint32_t, MutualTlsMode> by_port;  // of the workload's ports that differ
  Causes causes;

  [[nodiscard]] MutualTlsMode at(std::uint32_t port) const;
};

// Immutable; safe to use from several threads.
class PeerModes {
 public:
  explicit PeerModes(const mesh::Mesh& mesh);

  // What clients assume of all workloads of a namespace.
  [[nodiscard]] MutualTlsMode of_namespace(std::string_view name_space) const;

  // What the proxy's own listener asks for.
  [[nodiscard]] PeerMode of_proxy(const Proxy& proxy) const;

  // The same for a workload of a namespace; `has` tells whether it has all labels of a selector.
  [[nodiscard]] PeerMode of_workload(
      std::string_view name_space, const std::function<bool(const resource::TextMap&)>& has) const;

 private:
  using Policies = std::vector<const resource::Resource*>;

  std::string_view root_;
  std::unordered_map<std::string_view, Policies> policies_;  // the oldest first
};

}  // namespace egressctl::topology
