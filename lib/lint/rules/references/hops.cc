#include "lib/lint/rules/references/hops.h"

#include <algorithm>

#include "lib/base/host_name.h"
#include "lib/lint/rules/references/installed_gateways.h"
#include "lib/mesh/injection.h"

namespace egressctl::lint::rules {
namespace {

// The Service "<gateway>-<class>" that istiod makes for a Gateway of the Gateway API.
bool is_generated(const mesh::Mesh& mesh, const mesh::ServiceName& name) {
  for (std::size_t dash = name.name.rfind('-'); dash != std::string_view::npos && dash > 0;
       dash = name.name.rfind('-', dash - 1)) {
    const resource::Resource* gateway =
        mesh.find(resource::Kind::KubernetesGateway, name.name_space, name.name.substr(0, dash));
    if (gateway == nullptr) continue;
    const auto* spec = gateway->as<resource::KubernetesGateway>();
    if (*spec->gateway_class_name == name.name.substr(dash + 1)) return true;
  }
  // A waypoint's Service has the Gateway's own name.
  return mesh.find(resource::Kind::KubernetesGateway, name.name_space, name.name) != nullptr;
}

}  // namespace

mesh::ServiceName cluster_name(const mesh::Mesh& mesh, std::string_view host) {
  return mesh::service_name(host, mesh.settings().cluster_domain);
}

std::string_view owner_of(const mesh::Mesh& mesh, std::string_view host, std::string_view client) {
  if (const mesh::Service* service = mesh.registry().find(host, client)) return service->name_space;
  const auto& named = mesh.registry().named(host);
  return !named.empty() ? named.front()->name_space : cluster_name(mesh, host).name_space;
}

bool should_be_there(const Context& in, std::string_view host) {
  const mesh::Mesh& mesh = in.mesh();
  const mesh::ServiceName name = cluster_name(mesh, host);
  if (!name.name_space.empty())
    return !mesh.registry().kubernetes_in(name.name_space).empty() && !is_generated(mesh, name) &&
           !in.shared<InstalledGateways>().have(name);
  if (host.find('.') == std::string_view::npos || host.find(".svc.") != std::string_view::npos ||
      is_ip_or_cidr(host))
    return false;
  return !mesh.all(resource::Kind::ServiceEntry).empty() || !mesh.workloads().all().empty() ||
         !mesh.all(resource::Kind::Service).empty();
}

std::string_view kind_of_host(const mesh::Mesh& mesh, std::string_view host) {
  return cluster_name(mesh, host).name_space.empty() ? "ServiceEntry" : "Service";
}

bool may_have_port(const std::vector<const mesh::Service*>& services, std::int64_t port) {
  return std::any_of(services.begin(), services.end(), [&](const mesh::Service* service) {
    return service->ports.empty() || service->port(port) != nullptr;
  });
}

std::string ports_of(const mesh::Service& service) {
  std::string out;
  for (const mesh::ServicePort& port : service.ports)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", port.number);
  return out;
}

namespace {

// Whether a pod has a sidecar, by what its labels and its namespace's say.
enum class Sidecar { No, Yes, Unknown };

Sidecar sidecar_of(const mesh::Mesh& mesh, const mesh::Workload& pod) {
  const mesh::Injection injection = mesh::injection_of(mesh, pod.name_space);
  // What the namespace switches off, the pod can't switch on.
  if (injection == mesh::Injection::Off) return Sidecar::No;
  if (const resource::Text* word = mesh::injection_word(pod))
    return **word == "true" ? Sidecar::Yes : Sidecar::No;
  switch (injection) {
    case mesh::Injection::Sidecar: return Sidecar::Yes;
    case mesh::Injection::Ambient: return Sidecar::No;  // ztunnel looks up no DestinationRule
    default: return Sidecar::Unknown;
  }
}

}  // namespace

Hops::Hops(const Context& in) {
  for (const mesh::Workload& pod : in.mesh().workloads().all()) {
    populated_.insert(pod.name_space);
    const bool gateway = pod.is_gateway_proxy() || !in.gateways().at(pod).empty();
    const Sidecar sidecar = gateway ? Sidecar::Unknown : sidecar_of(in.mesh(), pod);
    if (sidecar == Sidecar::No) continue;
    (gateway ? gateways_ : clients_).insert(pod.name_space);
    if (gateway || pod.name_space == in.mesh().settings().root_namespace) continue;
    if (some_client_.empty()) some_client_ = pod.name_space;
    if (meshed_client_.empty() && sidecar == Sidecar::Yes) meshed_client_ = pod.name_space;
  }
  for (const mesh::VirtualService& service : in.mesh().routes())
    for (const mesh::Route& route : service.routes)
      if (mesh::applies_at(service, route, "mesh"))
        for (const mesh::RouteTarget& target : route.targets) dialled_.insert(target.host);
  for (const mesh::VirtualService& service : in.mesh().routes())
    for (const mesh::Route& route : service.routes) {
      for (const mesh::RouteTarget& target : route.targets) add(in, service, route, target, false);
      if (route.http != nullptr) add_mirrors(in, service, route);
    }
}

void Hops::add_mirrors(const Context& in, const mesh::VirtualService& service,
                       const mesh::Route& route) {
  const auto add_one = [&](const resource::Positioned<resource::Destination>& destination) {
    const mesh::RouteTarget& target = mirrors_.emplace_back(
        mesh::RouteTarget{.host = mesh::resolve_short_name(*destination->host, service.name_space,
                                                           in.mesh().settings().cluster_domain),
                          .destination = &*destination,
                          .range = destination.range});
    add(in, service, route, target, true);
  };
  if (route.http->mirror.present()) add_one(route.http->mirror);
  for (const auto& mirror : *route.http->mirrors) add_one(mirror->destination);
}

// Sidecars of the namespaces that the VirtualService is exported to, of which one may be there for
// the gateway alone: that is where no pod is known to run, and some are elsewhere. Of all
// namespaces its own stands for them, unless only gateways are known to run there, or nothing is
// while sidecars are known to run elsewhere. Pods that may have none are no reason: what plays an
// external server in an example is such a one.
std::vector<std::string_view> Hops::clients_of(const mesh::VirtualService& service) const {
  if (!service.visibility.everyone()) {
    std::vector<std::string_view> out = service.visibility.namespaces();
    const bool known = std::any_of(out.begin(), out.end(),
                                   [&](std::string_view each) { return has_clients(each); });
    std::erase_if(out, [&](std::string_view name_space) {
      return lacks_sidecars(name_space) || (known && !populated_.contains(name_space));
    });
    return out;
  }
  if (has_clients(service.name_space)) return {service.name_space};
  const std::string_view other =
      is_gateways_only(service.name_space) ? some_client_ : meshed_client_;
  return {other.empty() ? service.name_space : other};
}

// Where a gateway's pods run. Its selector may take pods of another installation, which no sidecar
// is sent to: they do not count where others are.
std::vector<std::string_view> Hops::places_of(const mesh::GatewayView& gateway) const {
  std::vector<std::string_view> out;
  for (const mesh::Service* service : gateway.services)
    if (dialled_.contains(service->host) &&
        std::find(out.begin(), out.end(), service->name_space) == out.end())
      out.push_back(service->name_space);
  return out.empty() ? gateway.namespaces : out;
}

void Hops::add(const Context& in, const mesh::VirtualService& service, const mesh::Route& route,
               const mesh::RouteTarget& target, bool mirror) {
  Hop hop{.service = &service,
          .route = &route,
          .target = &target,
          .gateway = nullptr,
          .client = {},
          .mirror = mirror};
  if (service.hosts.empty()) {  // a delegate: whoever refers to it decides
    all_.push_back(hop);
    return;
  }
  if (mesh::applies_at(service, route, "mesh"))
    for (const std::string_view client : clients_of(service)) {
      hop.client = client;
      all_.push_back(hop);
    }
  for (const std::string& name : service.gateways) {
    hop.gateway = in.gateways().find(name);
    if (hop.gateway == nullptr || !mesh::applies_at(service, route, name)) continue;
    const std::vector<std::string_view> places = places_of(*hop.gateway);
    for (const std::string_view client : places) {
      hop.client = client;
      all_.push_back(hop);
    }
    if (!places.empty()) continue;
    hop.client = {};
    all_.push_back(hop);
  }
}

}  // namespace egressctl::lint::rules
