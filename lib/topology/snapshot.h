// What is worked out once for all proxies of a mesh.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "lib/mesh/mesh.h"
#include "lib/topology/access_logging.h"
#include "lib/topology/authentication.h"
#include "lib/topology/authorization.h"
#include "lib/topology/destination_rules.h"
#include "lib/topology/endpoints.h"
#include "lib/topology/patches.h"
#include "lib/topology/services.h"
#include "lib/topology/sidecar_scope.h"
#include "lib/topology/virtual_services.h"

namespace egressctl::topology {

// Safe to use from several threads.
class Snapshot {
 public:
  explicit Snapshot(const mesh::Mesh& source);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  const mesh::Mesh& mesh;
  const ServiceIndex services;
  const EndpointIndex endpoints;
  const RuleIndex rules;
  const VirtualServiceIndex routes;
  const PeerModes peers;
  const PolicyIndex policies;
  const PatchIndex patches;
  const SidecarIndex sidecars;
  const LoggingIndex logging;

  // What the proxy knows; the same object for all proxies that know the same.
  [[nodiscard]] const SidecarScope& scope_of(const Proxy& proxy) const;

 private:
  using Key = std::pair<std::string, const void*>;  // namespace, and Sidecar or `this` for gateways

  mutable std::mutex mutex_;
  mutable std::map<Key, std::unique_ptr<SidecarScope>> scopes_;
};

// One proxy and what it knows. The parts of a proxy's configuration are made from this.
struct View {
  const Snapshot& snapshot;
  const Proxy& proxy;
  const SidecarScope& scope;

  [[nodiscard]] bool is_router() const { return proxy.type == ProxyType::Router; }
};

// "outbound|443|subset|host".
[[nodiscard]] std::string cluster_name(std::string_view subset, std::string_view host,
                                       std::int64_t port);

// "outbound_.443_.subset_.host", the server name of auto mTLS and of ISTIO_MUTUAL.
[[nodiscard]] std::string mutual_tls_name(std::string_view subset, std::string_view host,
                                          std::int64_t port);

// The cluster that a destination means to a listener of that port; `service` is the one of its
// host, or nullptr.
//
// Source: pilot/pkg/networking/core/route/route.go (GetDestinationCluster).
[[nodiscard]] std::string destination_cluster(const RouteTarget& target, const Service* service,
                                              std::int64_t listener_port);

}  // namespace egressctl::topology
