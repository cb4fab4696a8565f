#include "lib/mesh/gateways.h"

#include <algorithm>
#include <unordered_set>

#include "lib/mesh/gateway_api.h"

namespace egressctl::mesh {
namespace {

const std::vector<const GatewayView*> kNone;

std::vector<const Service*> services_in_front(const Mesh& mesh,
                                              const std::vector<const Workload*>& pods) {
  std::vector<const Service*> out;
  for (const Workload* pod : pods)
    for (const Service* service : mesh.services_of(*pod))
      if (std::find(out.begin(), out.end(), service) == out.end()) out.push_back(service);
  return out;
}

// A container's port of that name, or 0.
std::int64_t named_port(const Workload& pod, std::string_view name) {
  if (pod.spec == nullptr) return 0;
  for (const auto& container : *pod.spec->containers)
    for (const auto& port : *container->ports)
      if (*port->name == name) return *port->container_port;
  return 0;
}

// Whether a route that applies at the gateway ends outside of the mesh.
bool leads_out(const Mesh& mesh, const VirtualService& service, std::string_view gateway) {
  return std::any_of(service.routes.begin(), service.routes.end(), [&](const Route& route) {
    return applies_at(service, route, gateway) &&
           std::any_of(route.targets.begin(), route.targets.end(), [&](const RouteTarget& target) {
             return is_external_host(mesh, target.host);
           });
  });
}

}  // namespace

bool is_external_host(const Mesh& mesh, std::string_view host) {
  const std::string& domain = mesh.settings().cluster_domain;
  if (host.ends_with(".svc." + domain) || host.find('.') == std::string_view::npos) return false;
  const auto& known = mesh.registry().named(host);
  return known.empty() || std::any_of(known.begin(), known.end(), [](const Service* service) {
           return service->is_external();
         });
}

std::int64_t GatewayView::pod_port(std::int64_t server_port) const {
  for (const Service* service : services) {
    const ServicePort* port = service->port(server_port);
    if (port == nullptr) continue;
    if (port->target != 0) return port->target;
    for (const Workload* pod : pods)
      if (const std::int64_t named = named_port(*pod, port->target_name); named != 0) return named;
  }
  return server_port;
}

bool GatewayView::has_service_port(std::int64_t port) const {
  return std::any_of(services.begin(), services.end(),
                     [&](const Service* service) { return service->port(port) != nullptr; });
}

GatewayIndex::GatewayIndex(const Mesh& mesh) {
  for (const resource::Resource* resource : mesh.all(resource::Kind::Gateway)) {
    GatewayView& view = views_.emplace_back();
    view.name = mesh.qualified_name(*resource);
    view.name_space = mesh.namespace_of(*resource);
    view.resource = resource;
    view.gateway = resource->as<resource::Gateway>();
    view.pods = mesh.workloads().select(gateway_scope(mesh, *resource), view.gateway->selector);
    view.services = services_in_front(mesh, view.pods);
    view.bound = mesh.bound_to(view.name);
    by_name_.try_emplace(view.name, &view);
    for (const Service* service : view.services) by_service_[service->host].push_back(&view);
    for (const Workload* pod : view.pods) by_pod_[pod].push_back(&view);
  }
  mark_egress(mesh);
}

void GatewayIndex::mark_egress(const Mesh& mesh) {
  for (GatewayView& view : views_)
    view.egress = std::any_of(
        view.bound.begin(), view.bound.end(),
        [&](const VirtualService* service) { return leads_out(mesh, *service, view.name); });
  // What only the client half knows: a sidecar sends an external host to the gateway's Service.
  std::unordered_set<std::string_view> used;  // hosts of Services
  for (const VirtualService* service : mesh.bound_to("mesh")) {
    if (std::none_of(service->hosts.begin(), service->hosts.end(),
                     [&](const std::string& host) { return is_external_host(mesh, host); }))
      continue;
    for (const Route& route : service->routes)
      for (const RouteTarget& target : route.targets) {
        const auto found = by_service_.find(target.host);
        if (found != by_service_.end() && applies_at(*service, route, "mesh"))
          used.insert(found->first);
      }
  }
  for (GatewayView& view : views_)
    view.egress = view.egress ||
                  std::any_of(view.services.begin(), view.services.end(),
                              [&](const Service* front) { return used.contains(front->host); });
}

const GatewayView* GatewayIndex::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found != by_name_.end() ? found->second : nullptr;
}

const std::vector<const GatewayView*>& GatewayIndex::behind(std::string_view host) const {
  const auto found = by_service_.find(host);
  return found != by_service_.end() ? found->second : kNone;
}

const std::vector<const GatewayView*>& GatewayIndex::at(const Workload& pod) const {
  const auto found = by_pod_.find(&pod);
  return found != by_pod_.end() ? found->second : kNone;
}

}  // namespace egressctl::mesh
