#include "lib/topology/sidecar_scope.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "lib/mesh/host.h"
#include "lib/topology/host_map.h"
#include "lib/topology/order.h"

namespace egressctl::topology {
namespace {

constexpr std::string_view kAnyNamespace = "*";

// What an egress item names of one namespace.
struct Imports {
  std::vector<std::string_view> hosts;
  std::vector<std::string_view> excluded;

  [[nodiscard]] bool excludes(std::string_view host) const {
    return std::any_of(excluded.begin(), excluded.end(),
                       [&](std::string_view pattern) { return mesh::is_subset(host, pattern); });
  }

  [[nodiscard]] bool takes_service(std::string_view host) const {
    return std::any_of(hosts.begin(), hosts.end(),
                       [&](std::string_view pattern) { return mesh::is_subset(host, pattern); });
  }

  [[nodiscard]] bool takes_route(std::string_view host) const {
    return std::any_of(hosts.begin(), hosts.end(), [&](std::string_view pattern) {
      return mesh::hosts_overlap(host, pattern);
    });
  }
};

using ImportsByNamespace = std::map<std::string_view, Imports>;

ImportsByNamespace read_imports(const resource::SidecarEgress* config,
                                std::string_view name_space) {
  ImportsByNamespace out;
  if (config == nullptr) {
    out[kAnyNamespace].hosts.push_back("*");
    return out;
  }
  for (const resource::Text& written : *config->hosts) {
    const std::string_view text = *written;
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || text.find('/', slash + 1) != std::string_view::npos)
      continue;
    std::string_view owner = text.substr(0, slash);
    const std::string_view host = text.substr(slash + 1);
    if (owner.starts_with('~')) {
      owner.remove_prefix(1);
      if (owner.empty()) owner = kAnyNamespace;
    }
    if (owner == ".") owner = name_space;
    Imports& imports = out[owner];
    if (text.starts_with('~')) {
      imports.excluded.push_back(host);
    } else {
      imports.hosts.push_back(host);
    }
  }
  return out;
}

const Imports* find_imports(const ImportsByNamespace& imports, std::string_view name_space) {
  const auto found = imports.find(name_space);
  return found != imports.end() ? &found->second : nullptr;
}

bool is_excluded(const ImportsByNamespace& imports, std::string_view owner, std::string_view host) {
  for (const std::string_view name : {owner, kAnyNamespace})
    if (const Imports* found = find_imports(imports, name); found && found->excludes(host))
      return true;
  return false;
}

// Source: sidecar.go (SelectVirtualServices).
std::vector<const VirtualService*> select_routes(const ScopeSources& sources,
                                                 std::string_view name_space,
                                                 const ImportsByNamespace& imports) {
  std::vector<const VirtualService*> out;
  const Imports* any = find_imports(imports, kAnyNamespace);
  for (const VirtualService* route : sources.routes.bound_to("mesh", name_space)) {
    const Imports* own = find_imports(imports, route->name_space());
    const bool taken =
        std::any_of(route->hosts().begin(), route->hosts().end(), [&](const std::string& host) {
          return ((own != nullptr && own->takes_route(host)) ||
                  (any != nullptr && any->takes_route(host))) &&
                 !is_excluded(imports, route->name_space(), host);
        });
    if (taken && std::find(out.begin(), out.end(), route) == out.end()) out.push_back(route);
  }
  return out;
}

const Service* with_ports(SidecarScope& scope, const Service& service,
                          std::vector<const mesh::ServicePort*> ports) {
  if (ports.size() == service.ports.size()) return &service;
  Service& copy = scope.narrowed.emplace_back(service);
  copy.ports = std::move(ports);
  return &copy;
}

// The service with the port of an egress item only; nullptr when it lacks it.
const Service* with_one_port(SidecarScope& scope, const Service& service, std::int64_t number) {
  const mesh::ServicePort* port = service.port(number);
  return port != nullptr ? with_ports(scope, service, {port}) : nullptr;
}

// The service with those aliases only that are imported, too.
// Source: sidecar.go (matchingAliasService).
const Service* with_imported_aliases(SidecarScope& scope, const Service& service,
                                     const Imports& imports) {
  std::vector<std::string_view> aliases;
  for (const std::string_view alias : service.aliases)
    if (imports.takes_service(alias)) aliases.push_back(alias);
  if (aliases.size() == service.aliases.size()) return &service;
  Service& copy = scope.narrowed.emplace_back(service);
  copy.aliases = std::move(aliases);
  return &copy;
}

// Of several services with one host those of one namespace stay: the client's own, else that of
// Kubernetes, else of the first.
void drop_shadowed(std::vector<const Service*>& services, std::string_view client) {
  struct Owner {
    std::string_view name_space;
    bool kubernetes = false;
  };
  std::unordered_map<std::string_view, Owner> owners;
  for (const Service* service : services) {
    const Owner candidate{service->name_space, service->is_kubernetes()};
    const auto [known, added] = owners.emplace(service->host, candidate);
    if (added) continue;
    Owner& owner = known->second;
    if (candidate.name_space == client ||
        (!owner.kubernetes && candidate.kubernetes && owner.name_space != client))
      owner = candidate;
  }
  std::erase_if(services, [&](const Service* service) {
    return owners.find(service->host)->second.name_space != service->name_space;
  });
}

// What an egress item may take. Where it names nothing but hosts of namespaces, each host has one
// service only, whatever its addresses (servicesForExactHosts).
std::vector<const Service*> candidates(const ScopeSources& sources, std::string_view client,
                                       const ImportsByNamespace& imports) {
  for (const auto& [owner, imported] : imports)
    for (const std::string_view host : imported.hosts)
      if (owner == kAnyNamespace || mesh::is_pattern(host))
        return sources.services.visible_in(client);
  std::vector<const Service*> out;
  for (const auto& [owner, imported] : imports)
    for (const std::string_view host : imported.hosts) {
      const auto& known = sources.services.of_host(host);
      const auto found = known.find(owner);
      if (found != known.end() && found->second->source->visibility.visible_in(client) &&
          std::find(out.begin(), out.end(), found->second) == out.end())
        out.push_back(found->second);
    }
  std::stable_sort(out.begin(), out.end(),
                   [](const Service* a, const Service* b) { return a->rank < b->rank; });
  return out;
}

std::vector<const Service*> select_services(SidecarScope& scope, const ScopeSources& sources,
                                            const EgressScope& egress,
                                            const ImportsByNamespace& imports) {
  std::vector<const Service*> out;
  const Imports* any = find_imports(imports, kAnyNamespace);
  for (const Service* service : candidates(sources, scope.name_space, imports)) {
    if (is_excluded(imports, service->name_space, service->host)) continue;
    const Imports* own = find_imports(imports, service->name_space);
    const Imports* taking = own;
    if (taking == nullptr || !taking->takes_service(service->host)) taking = any;
    if (taking == nullptr || !taking->takes_service(service->host)) continue;
    const Service* seen =
        egress.one_port() ? with_one_port(scope, *service, *egress.config->port->number) : service;
    if (seen != nullptr) out.push_back(with_imported_aliases(scope, *seen, *taking));
  }
  drop_shadowed(out, scope.name_space);
  return out;
}

void index_most_specific(EgressScope& egress) {
  HostMap<const VirtualService*> by_host;
  for (const VirtualService* route : egress.routes)
    for (const std::string& host : route->hosts()) {
      const VirtualService*& slot = by_host[host];
      if (slot == nullptr) slot = route;
    }
  for (const Service* service : egress.services)
    if (const auto* found = by_host.most_specific(service->host))
      egress.most_specific.emplace(service->host, *found);
}

// The words of `exportTo`: what is written counts, not what it comes to.
std::set<std::string_view> written_exports(const Service& service) {
  std::set<std::string_view> out;
  if (service.source->entry != nullptr)
    for (const resource::Text& word : *service.source->entry->export_to) out.insert(*word);
  return out;
}

// Source: sidecar.go (canMergeServices).
bool can_merge(const Service& a, const Service& b) {
  const auto same = [](const resource::TextMap& x, const resource::TextMap& y) {
    return (*x).size() == (*y).size() && mesh::is_selected(x, y);
  };
  if (a.name_space != b.name_space || a.resolution != b.resolution ||
      a.is_kubernetes() != b.is_kubernetes())
    return false;
  if ((a.selector == nullptr) != (b.selector == nullptr)) return false;
  if (a.selector != nullptr && !same(*a.selector, *b.selector)) return false;
  return same(a.source->resource->metadata.labels, b.source->resource->metadata.labels) &&
         written_exports(a) == written_exports(b);
}

bool same_ports(const Service& a, const Service& b) {
  return std::equal(a.ports.begin(), a.ports.end(), b.ports.begin(), b.ports.end(),
                    [](const mesh::ServicePort* x, const mesh::ServicePort* y) {
                      return x->number == y->number && x->name == y->name &&
                             x->protocol == y->protocol;
                    });
}

// Source: sidecar.go (appendSidecarServices).
class Collector {
 public:
  explicit Collector(SidecarScope& scope) : scope_(scope) {}

  void add(const Service* service) {
    const auto [slot, added] = places_.emplace(service->host, scope_.services.size());
    if (added) {
      scope_.services.push_back(service);
      return;
    }
    const Service*& known = scope_.services[slot->second];
    if (service == known || (known->is_kubernetes() && !service->is_kubernetes())) return;
    if (!known->is_kubernetes() && service->is_kubernetes()) {
      known = service;
      return;
    }
    if (same_ports(*known, *service) || !can_merge(*known, *service)) return;
    Service& merged = scope_.narrowed.emplace_back(*known);
    for (const mesh::ServicePort* port : service->ports)
      if (merged.port(port->number) == nullptr) merged.ports.push_back(port);
    known = &merged;
  }

 private:
  SidecarScope& scope_;
  std::unordered_map<std::string_view, std::size_t> places_;
};

// The service with the ports that a VirtualService leads to; nullptr when it has none of them.
const Service* with_destination_ports(SidecarScope& scope, const Service& service,
                                      const std::set<std::uint32_t>& wanted) {
  if (wanted.empty() || wanted.contains(0)) return &service;
  std::vector<const mesh::ServicePort*> ports;
  for (const mesh::ServicePort* port : service.ports)
    if (wanted.contains(static_cast<std::uint32_t>(port->number))) ports.push_back(port);
  return ports.empty() ? nullptr : with_ports(scope, service, std::move(ports));
}

// Of the services of one host in other namespaces: that of Kubernetes, else the oldest.
const Service* best_of(const std::map<std::string_view, const Service*>& candidates,
                       std::string_view client) {
  const Service* best = nullptr;
  for (const auto& [name_space, service] : candidates) {
    if (!service->source->visibility.visible_in(client)) continue;
    if (service->is_kubernetes()) return service;
    if (best == nullptr ||
        creation_time(*service->source->resource) < creation_time(*best->source->resource))
      best = service;
  }
  return best;
}

// Source: sidecar.go (collectImportedServices): what routes lead to is seen, too.
void collect_services(SidecarScope& scope, const ScopeSources& sources) {
  Collector collector(scope);
  for (const EgressScope& egress : scope.egress) {
    for (const Service* service : egress.services) collector.add(service);
    for (const VirtualService* route : egress.routes)
      for (const auto& [host, ports] : route->destinations(scope.name_space)) {
        const auto& candidates = sources.services.of_host(host);
        const auto own = candidates.find(scope.name_space);
        const Service* service =
            own != candidates.end() ? own->second : best_of(candidates, scope.name_space);
        if (service == nullptr) continue;
        const Service* seen = egress.one_port()
                                  ? with_one_port(scope, *service, *egress.config->port->number)
                                  : with_destination_ports(scope, *service, ports);
        if (seen != nullptr) collector.add(seen);
      }
  }
}

void finish(SidecarScope& scope, const ScopeSources& sources) {
  scope.by_host.reserve(scope.services.size());
  for (const Service* service : scope.services) {
    scope.by_host.emplace(service->host, service);
    auto rules = sources.rules.for_service(scope.name_space, *service);
    if (!rules.empty()) scope.rules.emplace(service->host, std::move(rules));
  }
}

void set_outbound_policy(SidecarScope& scope, const mesh::Settings& settings) {
  const auto* sidecar = scope.sidecar != nullptr ? scope.sidecar->as<resource::Sidecar>() : nullptr;
  if (sidecar != nullptr && sidecar->outbound_traffic_policy.present()) {
    const auto& policy = sidecar->outbound_traffic_policy;
    scope.outbound = *policy->mode;
    if (policy->egress_proxy.present()) scope.egress_proxy = &*policy->egress_proxy;
    scope.outbound_causes = {{scope.sidecar, policy.range}};
    return;
  }
  if (settings.mesh_config == nullptr) return;
  const auto& mode = settings.mesh_config->outbound_traffic_policy->mode;
  if (!mode.present() || *mode == resource::OutboundMode::Unknown) return;
  scope.outbound = *mode;
  scope.outbound_causes = {{settings.mesh_resource, mode.range}};
}

}  // namespace

bool EgressScope::one_port() const {
  return config != nullptr && *config->port->number != 0 &&
         *config->port->protocol != resource::Protocol::HttpProxy;
}

const Service* SidecarScope::service(std::string_view host) const {
  const auto found = by_host.find(host);
  return found != by_host.end() ? found->second : nullptr;
}

const MergedRule* SidecarScope::rule(std::string_view host, const Proxy& proxy) const {
  const auto found = rules.find(host);
  if (found == rules.end()) return nullptr;
  const MergedRule* for_all = nullptr;
  for (const MergedRule* rule : found->second) {
    if (rule->selector == nullptr) {
      for_all = rule;
    } else if (rule->name_space == name_space && selects(*rule->selector, proxy.labels)) {
      return rule;
    }
  }
  return for_all;
}

void fill_gateway_scope(SidecarScope& scope, const ScopeSources& sources,
                        std::string_view name_space) {
  scope.name_space = name_space;
  Collector collector(scope);
  for (const Service* service : sources.services.visible_in(name_space)) collector.add(service);
  EgressScope& all = scope.egress.emplace_back();
  all.routes = sources.routes.bound_to("mesh", name_space);
  finish(scope, sources);
}

void fill_sidecar_scope(SidecarScope& scope, const ScopeSources& sources,
                        std::string_view name_space, const resource::Resource* sidecar) {
  scope.name_space = name_space;
  scope.sidecar = sidecar;
  std::vector<const resource::SidecarEgress*> items;
  if (sidecar != nullptr)
    for (const auto& item : *sidecar->as<resource::Sidecar>()->egress) items.push_back(&*item);
  if (items.empty()) items.push_back(nullptr);
  scope.egress.reserve(items.size());
  for (const resource::SidecarEgress* item : items) {
    EgressScope& egress = scope.egress.emplace_back();
    egress.config = item;
    const ImportsByNamespace imports = read_imports(item, name_space);
    egress.routes = select_routes(sources, name_space, imports);
    egress.services = select_services(scope, sources, egress, imports);
    index_most_specific(egress);
  }
  collect_services(scope, sources);
  finish(scope, sources);
  set_outbound_policy(scope, sources.mesh.settings());
}

SidecarIndex::SidecarIndex(const mesh::Mesh& mesh) {
  auto sidecars = by_age(mesh, resource::Kind::Sidecar);
  const auto chosen = [](const resource::Resource* sidecar) {
    return sidecar->as<resource::Sidecar>()->workload_selector.present();
  };
  std::stable_partition(sidecars.begin(), sidecars.end(), chosen);
  for (const resource::Resource* sidecar : sidecars) {
    const std::string_view name_space = mesh.namespace_of(*sidecar);
    by_namespace_[name_space].push_back(sidecar);
    if (root_ == nullptr && name_space == mesh.settings().root_namespace && !chosen(sidecar))
      root_ = sidecar;
  }
}

const resource::Resource* SidecarIndex::find(const Proxy& proxy) const {
  const auto own = by_namespace_.find(proxy.name_space);
  if (own != by_namespace_.end())
    for (const resource::Resource* sidecar : own->second) {
      const auto& selector = sidecar->as<resource::Sidecar>()->workload_selector;
      if (!selector.present() || selects(selector->labels, proxy.labels)) return sidecar;
    }
  return root_;
}

}  // namespace egressctl::topology
