#include "lib/mesh/gateways.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "lib/mesh/gateway_api.h"
#include "lib/mesh/host.h"

namespace egressctl::mesh {
namespace {

const std::vector<const GatewayView*> kNone;

// The Services of a cluster by the labels that they select.
class ServicesBySelector {
 public:
  explicit ServicesBySelector(const Mesh& mesh) {
    for (const Service& service : mesh.registry().all()) {
      if (service.kubernetes == nullptr || service.kubernetes->selector->empty()) continue;
      const auto& labels = *service.kubernetes->selector;
      for (const auto& label : labels)
        by_label_[label_key(label.name, *label.entry)].push_back(&service);
      by_first_[key_in(service.name_space, *labels.begin())].push_back({order_++, &service});
    }
  }

  // Those that select no pod without all of these labels.
  [[nodiscard]] std::vector<const Service*> within(std::string_view name_space,
                                                   const resource::TextMap& labels) const {
    std::vector<const Service*> out;
    if (labels->empty()) return out;
    const auto found = by_label_.find(label_key(labels->begin()->name, *labels->begin()->entry));
    if (found == by_label_.end()) return out;
    for (const Service* service : found->second)
      if ((name_space.empty() || service->name_space == name_space) &&
          is_selected(labels, service->kubernetes->selector))
        out.push_back(service);
    return out;
  }

  // Those that select one of the pods, in the order of the input.
  [[nodiscard]] std::vector<const Service*> in_front_of(
      const std::vector<const Workload*>& pods) const {
    std::map<std::size_t, const Service*> found;
    for (const Workload* pod : pods)
      for (const auto& label : **pod->labels) {
        const auto listed = by_first_.find(key_in(pod->name_space, label));
        if (listed == by_first_.end()) continue;
        for (const auto& [order, service] : listed->second)
          if (!found.contains(order) && is_selected(service->kubernetes->selector, *pod->labels))
            found.emplace(order, service);
      }
    std::vector<const Service*> out;
    out.reserve(found.size());
    for (const auto& [order, service] : found) out.push_back(service);
    return out;
  }

 private:
  template <typename Label>
  static std::string key_in(std::string_view name_space, const Label& label) {
    return fmt::format("{}\n{}", name_space, label_key(label.name, *label.entry));
  }

  std::unordered_map<std::string, std::vector<const Service*>> by_label_;
  // By namespace and the first label of the selector.
  std::unordered_map<std::string, std::vector<std::pair<std::size_t, const Service*>>> by_first_;
  std::size_t order_ = 0;
};

// What a selector of Gateways picks.
struct Selection {
  std::vector<const Workload*> pods;
  std::vector<const Service*> services;
  std::vector<std::string_view> namespaces;
};

template <typename T>
void add_once(std::vector<T>& list, T item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

Selection select(const Mesh& mesh, const ServicesBySelector& services, std::string_view name_space,
                 const resource::TextMap& selector) {
  Selection out;
  out.pods = mesh.workloads().select(name_space, selector);
  out.services =
      out.pods.empty() ? services.within(name_space, selector) : services.in_front_of(out.pods);
  for (const Workload* pod : out.pods) add_once(out.namespaces, pod->name_space);
  if (out.pods.empty())
    for (const Service* service : out.services) add_once(out.namespaces, service->name_space);
  return out;
}

// Whether Istio's charts give pods of a gateway of that name the labels `app` and `istio` that the
// selector asks for.
bool has_labels_of(const resource::TextMap& selector, std::string_view name) {
  constexpr std::string_view kPrefix = "istio-";
  std::string_view short_name = name;
  if (name.starts_with(kPrefix)) short_name.remove_prefix(kPrefix.size());
  const resource::Text* app = selector->find("app");
  const resource::Text* istio = selector->find("istio");
  return (app != nullptr || istio != nullptr) && (app == nullptr || **app == name) &&
         (istio == nullptr || **istio == short_name);
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
  for (const Service* service : services)
    if (const std::int64_t target = target_of(*service, server_port); target != 0) return target;
  return server_port;
}

std::int64_t GatewayView::target_of(const Service& service, std::int64_t port) const {
  const ServicePort* found = service.port(port);
  if (found == nullptr) return 0;
  if (found->target != 0) return found->target;
  for (const Workload* pod : pods)
    if (const std::int64_t named = named_port(*pod, found->target_name); named != 0) return named;
  return 0;
}

bool GatewayView::has_service_port(std::int64_t port) const {
  return std::any_of(services.begin(), services.end(),
                     [&](const Service* service) { return service->port(port) != nullptr; });
}

GatewayIndex::GatewayIndex(const Mesh& mesh) {
  const ServicesBySelector services(mesh);
  std::unordered_map<std::string, Selection> selections;  // by namespace and selector
  for (const resource::Resource* resource : mesh.all(resource::Kind::Gateway)) {
    GatewayView& view = views_.emplace_back();
    view.name = mesh.qualified_name(*resource);
    view.written_name = mesh.written_name(*resource);
    view.name_space = mesh.namespace_of(*resource);
    view.resource = resource;
    view.gateway = resource->as<resource::Gateway>();
    const std::string_view scope = gateway_scope(mesh, *resource);
    const auto [known, added] =
        selections.try_emplace(fmt::format("{}\n{}", scope, selector_key(view.gateway->selector)));
    if (added) known->second = select(mesh, services, scope, view.gateway->selector);
    view.pods = known->second.pods;
    view.services = known->second.services;
    view.namespaces = known->second.namespaces;
    view.bound = mesh.bound_to(view.name);
    by_name_.try_emplace(view.name, &view);
    for (const Service* service : view.services) by_service_[service->host].push_back(&view);
    for (const Workload* pod : view.pods) by_pod_[pod].push_back(&view);
  }
  presume(mesh);
  mark_egress(mesh);
}

void GatewayIndex::presume(const Mesh& mesh) {
  std::vector<GatewayView*> bare;
  for (GatewayView& view : views_)
    if (view.services.empty() && view.pods.empty()) bare.push_back(&view);
  if (bare.empty()) return;
  std::unordered_set<std::string_view> seen;
  for (const VirtualService* service : mesh.bound_to("mesh"))
    for (const Route& route : service->routes)
      for (const RouteTarget& target : route.targets) {
        const auto [name, name_space] = service_name(target.host, mesh.settings().cluster_domain);
        // Where Services of the namespace are known, one that is not there is a mistake.
        if (name.empty() || !seen.insert(target.host).second ||
            !mesh.registry().kubernetes_in(name_space).empty())
          continue;
        for (GatewayView* view : bare) {
          if (!has_labels_of(view->gateway->selector, name)) continue;
          view->presumed.push_back(target.host);
          add_once(view->namespaces, name_space);
          by_service_[target.host].push_back(view);
        }
      }
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
                              [&](const Service* front) { return used.contains(front->host); }) ||
                  std::any_of(view.presumed.begin(), view.presumed.end(),
                              [&](std::string_view host) { return used.contains(host); });
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
