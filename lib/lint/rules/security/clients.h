// The namespaces whose traffic to the outside is led to an egress gateway.
#pragma once

#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/lint/context.h"
#include "lib/mesh/injection.h"

namespace egressctl::lint::rules {

// A port of a gateway's Service to which sidecars send external hosts.
struct GatewayPath {
  std::string_view host;  // of the Service
  std::int64_t port = 0;  // of the Service; 0: its route names none
  const std::vector<const mesh::GatewayView*>* gateways = nullptr;

  // The port that the gateway's pods take the traffic on; 0 where the input does not tell.
  [[nodiscard]] std::int64_t pod_port() const;
};

struct ClientNamespace {
  std::string_view name;
  std::vector<const mesh::Workload*> pods;    // but for those through which traffic leaves
  std::vector<const GatewayPath*> paths;      // that its sidecars are told of, each once
  const mesh::VirtualService* own = nullptr;  // a VirtualService of its own that leads there
};

// Immutable once built; see Context::shared.
class Clients {
 public:
  explicit Clients(const Context& in);
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  // In no order. The root namespace and Kubernetes' own are not among them, nor are namespaces that
  // are known not to be in the mesh, unless a VirtualService of theirs leads to a gateway.
  [[nodiscard]] const std::deque<ClientNamespace>& all() const { return all_; }

  [[nodiscard]] const ClientNamespace* find(std::string_view name_space) const;

  // Whether traffic leaves the mesh through the pod: it belongs to a gateway, or is what a gateway
  // sends external hosts to, such as an SNI proxy.
  [[nodiscard]] bool is_exit(const mesh::Workload& pod) const { return exits_.contains(&pod); }

 private:
  void find_exits(const Context& in);
  void find_paths(const Context& in);
  void add_pods(const Context& in);
  ClientNamespace& client(std::string_view name);
  GatewayPath& path(const mesh::RouteTarget& target,
                    const std::vector<const mesh::GatewayView*>& gateways);

  std::deque<ClientNamespace> all_;
  std::unordered_map<std::string_view, ClientNamespace*> by_name_;
  std::deque<GatewayPath> paths_;
  std::unordered_map<std::string, GatewayPath*> path_by_name_;
  std::vector<const GatewayPath*> everywhere_;  // what every namespace is told of
  std::unordered_map<const mesh::Workload*, bool> exits_;
};

}  // namespace egressctl::lint::rules
