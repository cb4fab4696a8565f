#include "lib/topology/sidecar_routes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/mesh/gateway_api.h"
#include "lib/mesh/host.h"
#include "lib/topology/filter_chains.h"
#include "lib/topology/http_routes.h"
#include "lib/topology/service_domains.h"

namespace egressctl::topology {
namespace {

using resource::Protocol;

constexpr std::string_view kUnixPrefix = "unix:";

struct ListenerName {
  std::int64_t port = 0;  // 0: every port, as for a proxy or a socket
  std::string_view host;  // of "host:port"
};

// std::nullopt for a name that istiod gives no listener.
std::optional<ListenerName> parse(std::string_view name) {
  ListenerName out;
  if (name.starts_with(kUnixPrefix) || name == kHttpProxyRoutes) return out;
  std::string_view port = name;
  if (const std::size_t colon = name.rfind(':'); colon != std::string_view::npos) {
    out.host = name.substr(0, colon);
    port.remove_prefix(colon + 1);
  }
  const auto number = parse_number<std::int64_t>(port);
  if (!number) return std::nullopt;
  out.port = *number;
  return out;
}

// Source: sidecar.go (GetEgressListenerForRDS). The last item has no port.
const EgressScope* egress_of(const SidecarScope& scope, std::int64_t port, std::string_view name) {
  for (const EgressScope& egress : scope.egress) {
    if (egress.config == nullptr || !egress.config->port.present()) return &egress;
    if (*egress.config->port->number != port) continue;
    if (port != 0 || *egress.config->bind == name) return &egress;
  }
  return nullptr;
}

bool speaks_http(const mesh::ServicePort& port) {
  return resource::is_http(port.protocol) || port.protocol == Protocol::Unsupported;
}

// Routes that several hosts share on one port.
struct Group {
  std::int64_t port = 0;
  std::vector<const Service*> services;
  std::vector<std::string> other_hosts;  // of the VirtualService, that no service has
  std::vector<Route> routes;
  Causes causes;
};

class Builder {
 public:
  Builder(const View& view, const EgressScope& egress, std::int64_t port)
      : view_(view), egress_(egress), port_(port) {}

  std::vector<VirtualHost> build() {
    find_services();
    group();
    for (const Group& group : groups_)
      for (const Service* service : group.services) {
        full_names_.emplace(service->host);
        full_names_.insert(with_port(service->host, group.port));
      }
    for (const Group& group : groups_) {
      if (group.routes.empty()) continue;
      for (const std::string& host : group.other_hosts) add(group, to_lower(host), nullptr);
      for (const Service* service : group.services) add(group, std::string(service->host), service);
    }
    return merged();
  }

 private:
  void find_services() {
    for (const Service* service : egress_.services) {
      if (port_ == 0) {
        services_.insert_or_assign(service->host, service);
        continue;
      }
      const mesh::ServicePort* port = service->port(port_);
      if (port == nullptr) continue;
      Service& narrowed = narrowed_.emplace_back(*service);
      narrowed.ports = {port};
      services_.insert_or_assign(service->host, &narrowed);
    }
  }

  [[nodiscard]] const Service* find(std::string_view host) const {
    const auto found = services_.find(host);
    return found != services_.end() ? found->second : nullptr;
  }

  // On port 80 even a VirtualService counts whose hosts no service has.
  [[nodiscard]] bool is_selected(const VirtualService& route) const {
    if (port_ == 80) return true;
    return std::any_of(route.hosts().begin(), route.hosts().end(), [&](const std::string& host) {
      if (find(host) != nullptr) return true;
      return std::any_of(services_.begin(), services_.end(), [&](const auto& known) {
        return (mesh::is_pattern(host) || mesh::is_pattern(known.first)) &&
               mesh::hosts_overlap(host, known.first);
      });
    });
  }

  void group() {
    std::unordered_set<std::string_view> routed;
    for (const VirtualService* route : egress_.routes)
      if (is_selected(*route)) group(*route, routed);
    for (const auto& [host, service] : services_) {
      if (routed.contains(host) || service->resolution == Resolution::Alias) continue;
      for (const mesh::ServicePort* port : service->ports)
        if (speaks_http(*port)) group(*service, port->number);
    }
  }

  void group(const Service& service, std::int64_t port) {
    Group& out = groups_.emplace_back();
    out.port = port;
    out.services = {&service};
    out.causes = {{service.source->resource, service.source->range}};
    out.routes.push_back(route_to_cluster(cluster_name({}, service.host, port), out.causes));
  }

  void group(const VirtualService& route, std::unordered_set<std::string_view>& routed) {
    const HttpRouteScope scope{view_.proxy, "mesh", port_, false,
                               [this](std::string_view host) { return find(host); }};
    std::vector<Route> routes = http_routes(route, scope);
    if (routes.empty()) return;
    std::vector<std::string> others;
    std::map<std::int64_t, std::vector<const Service*>> by_port;
    const std::vector<const Service*> services = split_hosts(route, others);
    if (!is_entitled(route, services)) return;
    for (const Service* service : services)
      for (const mesh::ServicePort* port : service->ports)
        if (speaks_http(*port)) {
          by_port[port->number].push_back(service);
          routed.insert(service->host);
        }
    if (by_port.empty() && port_ == 80) by_port[80] = {};
    for (auto& [port, takers] : by_port) {
      Group& out = groups_.emplace_back();
      out.port = port;
      out.services = std::move(takers);
      out.other_hosts = others;
      out.routes = routes;
      out.causes = {{&route.resource(), route.resource().range}};
    }
  }

  // A route of the Gateway API counts for clients of its own namespace and for services of it.
  //
  // Source: pilot/pkg/networking/core/route/route.go (buildSidecarVirtualHostsForVirtualService).
  [[nodiscard]] bool is_entitled(const VirtualService& route,
                                 const std::vector<const Service*>& services) const {
    const std::string_view own = route.name_space();
    return !mesh::is_converted(route.resource()) ||
           std::any_of(services.begin(), services.end(), [&](const Service* service) {
             return service->name_space == own || view_.proxy.name_space == own;
           });
  }

  // The services among the hosts; what else there is goes to `others`. A wildcard stands for the
  // services that no more specific VirtualService takes.
  [[nodiscard]] std::vector<const Service*> split_hosts(const VirtualService& route,
                                                        std::vector<std::string>& others) const {
    std::vector<const Service*> out;
    for (const std::string& host : route.hosts()) {
      if (mesh::is_pattern(host)) continue;
      if (const Service* service = find(host)) {
        out.push_back(service);
      } else {
        others.push_back(host);
      }
    }
    for (const std::string& host : route.hosts()) {
      if (!mesh::is_pattern(host)) continue;
      if (mesh::is_converted(route.resource())) {
        others.push_back(host);
        continue;
      }
      bool some = false;
      for (const auto& [name, service] : services_) {
        if (!mesh::hosts_overlap(name, host)) continue;
        some = true;
        const auto best = egress_.most_specific.find(name);
        if (best != egress_.most_specific.end() && best->second == &route) out.push_back(service);
      }
      if (!some) others.push_back(host);
    }
    return out;
  }

  void add(const Group& group, const std::string& host, const Service* service) {
    std::string name = with_port(host, group.port);
    if (!names_.insert(name).second) return;
    Domains domains;
    if (service == nullptr) {
      domains.all = {bracketed(host)};
    } else {
      domains = domains_of(view_, *service, port_ == 0 ? group.port : 0);
    }
    std::erase_if(domains.all, [&](const std::string& domain) {
      if (domains_.contains(to_lower(domain))) return true;
      // A short form of one host may be the full name of another, which then has it.
      if (domains.is_short_form(domain) && full_names_.contains(domain)) return true;
      domains_.insert(to_lower(domain));
      return false;
    });
    if (domains.all.empty()) return;
    VirtualHost& out = by_port_[group.port].emplace_back();
    out.name = std::move(name);
    out.domains = std::move(domains.all);
    out.routes = group.routes;
    out.causes = group.causes;
  }

  // Where one listener stands for all ports, hosts of ports other than 80 are told by their port.
  std::vector<VirtualHost> merged() {
    std::vector<VirtualHost> out;
    for (auto& [port, hosts] : by_port_) {
      if (port_ != 0 && port != port_) continue;
      for (VirtualHost& host : hosts) {
        if (port_ == 0 && port != 80)
          std::erase_if(host.domains, [](const std::string& domain) {
            return domain.find(':') == std::string::npos;
          });
        if (!host.domains.empty()) out.push_back(std::move(host));
      }
    }
    return out;
  }

  const View& view_;
  const EgressScope& egress_;
  std::int64_t port_;
  std::map<std::string_view, const Service*> services_;
  std::deque<Service> narrowed_;
  std::deque<Group> groups_;
  std::map<std::int64_t, std::vector<VirtualHost>> by_port_;
  std::set<std::string, std::less<>> full_names_;
  std::unordered_set<std::string> names_;
  std::unordered_set<std::string> domains_;  // that are taken
};

// Source: httproute.go (getVirtualHostsForSniffedServicePort).
void keep_host(std::vector<VirtualHost>& hosts, std::string_view name, std::string_view host) {
  std::erase_if(hosts, [&](const VirtualHost& candidate) {
    return std::none_of(
        candidate.domains.begin(), candidate.domains.end(),
        [&](const std::string& domain) { return domain == name || domain == host; });
  });
  if (hosts.size() == 1) hosts.front().domains = {"*"};
}

// Source: httproute.go (buildCatchAllVirtualHost).
VirtualHost rest_of(const View& view) {
  const CatchAll rest = catch_all(view);
  VirtualHost out;
  out.domains = {"*"};
  out.causes = rest.causes;
  Route route = route_to_cluster(rest.cluster, rest.causes);
  if (rest.cluster == kBlackHoleCluster) {
    out.name = "block_all";
    route.target = {};
    route.direct_response = 502;
  } else {
    out.name = "allow_any";
  }
  if (view.scope.outbound == resource::OutboundMode::AllowAnyDynamicDns) {
    out.name = kAllowAnyDynamicDns;
    route.target.cluster = kAllowAnyDynamicDnsCluster;
  }
  route.name = out.name;
  out.routes.push_back(std::move(route));
  return out;
}

}  // namespace

RouteConfiguration sidecar_routes(const View& view, std::string_view name) {
  RouteConfiguration out;
  out.name = name;
  const std::optional<ListenerName> parsed = parse(name);
  if (!parsed) return out;
  const ListenerName& listener = *parsed;
  const EgressScope* egress = egress_of(view.scope, listener.port, name);
  if (egress != nullptr) {
    const bool is_proxy = egress->config != nullptr && egress->config->port.present() &&
                          *egress->config->port->protocol == Protocol::HttpProxy;
    out.virtual_hosts = Builder(view, *egress, is_proxy ? 0 : listener.port).build();
  }
  if (!listener.host.empty()) keep_host(out.virtual_hosts, name, listener.host);
  std::stable_sort(out.virtual_hosts.begin(), out.virtual_hosts.end(),
                   [](const VirtualHost& a, const VirtualHost& b) { return a.name < b.name; });
  if (listener.host.empty()) out.virtual_hosts.push_back(rest_of(view));
  return out;
}

}  // namespace egressctl::topology
