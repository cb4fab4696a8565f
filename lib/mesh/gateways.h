// Istio's Gateways as running proxies: their pods, the Services in front of them, the ports that
// they really listen on, and whether traffic leaves the mesh there.
//
// Sets as people post them often lack the Deployment, which Helm installs, and with it the Service.
// A Service whose selector has all of a Gateway's stands for the pods then, and where there is
// none, the name that Istio's charts would give it.
//
// Source: istio/istio pilot/pkg/model/gateway.go (MergeGateways, resolvePorts);
// manifests/charts/gateway/templates/_helpers.tpl (gateway.selectorLabels).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/mesh.h"

namespace egressctl::mesh {

struct GatewayView {
  std::string name;          // "namespace/name"
  std::string written_name;  // for messages; see Mesh::written_name()
  std::string_view name_space;
  const resource::Resource* resource = nullptr;
  const resource::Gateway* gateway = nullptr;
  std::vector<const Workload*> pods;         // that its selector picks; empty when the set has none
  std::vector<const Service*> services;      // Services of those pods, each once, in input order
  std::vector<std::string_view> presumed;    // hosts of Services that only routes know of
  std::vector<std::string_view> namespaces;  // that the pods run in, each once, as far as is known
  std::vector<const VirtualService*> bound;  // VirtualServices that name it in `gateways`
  bool egress = false;                       // traffic to hosts outside of the mesh goes through it

  // The port that the pods listen on for a server's port: the targetPort of a Service's port of
  // that number, else the number itself.
  [[nodiscard]] std::int64_t pod_port(std::int64_t server_port) const;

  // The port of the pods that a Service in front leads one of its ports to; 0 where it has no such
  // port, or a name for it that the pods lack.
  [[nodiscard]] std::int64_t target_of(const Service& service, std::int64_t port) const;

  // Whether some Service in front has the port. False when no Service is known.
  [[nodiscard]] bool has_service_port(std::int64_t port) const;
};

// Immutable once built; safe to read from several threads. The Mesh must outlive it.
class GatewayIndex {
 public:
  explicit GatewayIndex(const Mesh& mesh);
  GatewayIndex(const GatewayIndex&) = delete;
  GatewayIndex& operator=(const GatewayIndex&) = delete;

  [[nodiscard]] const std::deque<GatewayView>& all() const { return views_; }

  // The Gateway of "namespace/name", or nullptr.
  [[nodiscard]] const GatewayView* find(std::string_view name) const;

  // The Gateways whose pods a Service of that (fully qualified) host selects, or is presumed to.
  [[nodiscard]] const std::vector<const GatewayView*>& behind(std::string_view host) const;

  // The Gateways that run in the pod, in the order of the input.
  [[nodiscard]] const std::vector<const GatewayView*>& at(const Workload& pod) const;

 private:
  void presume(const Mesh& mesh);
  void mark_egress(const Mesh& mesh);

  std::deque<GatewayView> views_;
  std::unordered_map<std::string_view, const GatewayView*> by_name_;
  std::unordered_map<std::string_view, std::vector<const GatewayView*>> by_service_;
  std::unordered_map<const Workload*, std::vector<const GatewayView*>> by_pod_;
};

// Whether a host names something outside of the cluster: no Service of it and no name under the
// cluster's domain.
[[nodiscard]] bool is_external_host(const Mesh& mesh, std::string_view host);

}  // namespace egressctl::mesh
