#include "lib/lint/rules/security/clients.h"

#include <algorithm>

#include <fmt/format.h>

namespace egressctl::lint::rules {
namespace {

bool is_system(const mesh::Mesh& mesh, std::string_view name_space) {
  return name_space == mesh.settings().root_namespace || name_space.starts_with("kube-");
}

void add_once(std::vector<const GatewayPath*>& paths, const GatewayPath& path) {
  if (std::find(paths.begin(), paths.end(), &path) == paths.end()) paths.push_back(&path);
}

// Whether pods of the namespace have sidecars, as far as the input tells. A set without any
// Namespace tells nothing, and one that has others leaves out those that are not in the mesh.
bool seems_in_mesh(const mesh::Mesh& mesh, std::string_view name_space) {
  switch (mesh::injection_of(mesh, name_space)) {
    case mesh::Injection::Sidecar:
    case mesh::Injection::Ambient: return true;
    case mesh::Injection::Off:
    case mesh::Injection::Unlabelled: return false;
    case mesh::Injection::Unknown: return mesh.all(resource::Kind::Namespace).empty();
  }
  return false;
}

}  // namespace

std::int64_t GatewayPath::pod_port() const {
  for (const mesh::GatewayView* gateway : *gateways)
    for (const mesh::Service* service : gateway->services)
      if (service->host == host) return gateway->target_of(*service, port);
  return 0;
}

Clients::Clients(const Context& in) {
  find_exits(in);
  find_paths(in);
  add_pods(in);
}

const ClientNamespace* Clients::find(std::string_view name_space) const {
  const auto found = by_name_.find(name_space);
  return found != by_name_.end() ? found->second : nullptr;
}

ClientNamespace& Clients::client(std::string_view name) {
  ClientNamespace*& found = by_name_[name];
  if (found == nullptr) {
    found = &all_.emplace_back();
    found->name = name;
    found->paths = everywhere_;
  }
  return *found;
}

GatewayPath& Clients::path(const mesh::RouteTarget& target,
                           const std::vector<const mesh::GatewayView*>& gateways) {
  const std::int64_t port = *target.destination->port->number;
  GatewayPath*& found = path_by_name_[fmt::format("{}:{}", target.host, port)];
  if (found == nullptr) {
    found = &paths_.emplace_back();
    *found = {.host = target.host, .port = port, .gateways = &gateways};
  }
  return *found;
}

void Clients::find_exits(const Context& in) {
  const mesh::Mesh& mesh = in.mesh();
  for (const mesh::Workload& pod : mesh.workloads().all())
    if (pod.is_gateway_proxy()) exits_[&pod] = true;
  std::unordered_map<const mesh::Service*, bool> seen;
  for (const mesh::GatewayView& view : in.gateways().all()) {
    for (const mesh::Workload* pod : view.pods) exits_[pod] = true;
    for (const mesh::VirtualService* service : view.bound)
      for (const mesh::Route& route : service->routes)
        for (const mesh::RouteTarget& target : route.targets)
          for (const mesh::Service* found : mesh.registry().named(target.host)) {
            if (found->kubernetes == nullptr || !view.egress || !seen.try_emplace(found).second ||
                found->kubernetes->selector->empty() ||
                !mesh::applies_at(*service, route, view.name))
              continue;
            for (const auto* pod :
                 mesh.workloads().select(found->name_space, found->kubernetes->selector))
              exits_[pod] = true;
          }
  }
}

void Clients::find_paths(const Context& in) {
  struct Local {
    const mesh::VirtualService* service;
    GatewayPath* path;
  };
  std::vector<Local> local;
  std::vector<const mesh::VirtualService*> leading;
  for (const mesh::VirtualService* service : in.mesh().bound_to("mesh")) {
    bool leads = false;
    for (const mesh::Route& route : service->routes)
      for (const mesh::RouteTarget& target : route.targets) {
        const auto& gateways = in.gateways().behind(target.host);
        if (std::none_of(gateways.begin(), gateways.end(), [](auto* g) { return g->egress; }) ||
            !mesh::applies_at(*service, route, "mesh"))
          continue;
        leads = true;
        GatewayPath& found = path(target, gateways);
        if (service->visibility.everyone())
          add_once(everywhere_, found);
        else
          local.push_back({service, &found});
      }
    if (leads) leading.push_back(service);
  }
  for (const mesh::VirtualService* service : leading)
    if (!is_system(in.mesh(), service->name_space))
      if (ClientNamespace& own = client(service->name_space); own.own == nullptr) own.own = service;
  for (const Local& entry : local)
    for (const std::string_view name : entry.service->visibility.namespaces())
      if (!is_system(in.mesh(), name) && seems_in_mesh(in.mesh(), name))
        add_once(client(name).paths, *entry.path);
}

void Clients::add_pods(const Context& in) {
  for (const mesh::Workload& pod : in.mesh().workloads().all()) {
    if (is_exit(pod) || is_system(in.mesh(), pod.name_space)) continue;
    if (!by_name_.contains(pod.name_space) &&
        (everywhere_.empty() || !seems_in_mesh(in.mesh(), pod.name_space)))
      continue;
    client(pod.name_space).pods.push_back(&pod);
  }
}

}  // namespace egressctl::lint::rules
