#include "lib/mesh/routes.h"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "lib/mesh/host.h"

namespace egressctl::mesh {
namespace {

const resource::Texts kEverywhere;

RouteMatch to_match(const resource::Positioned<resource::HttpMatch>& match) {
  return {.gateways = &match->gateways,
          .port = &match->port,
          .sni_hosts = nullptr,
          .range = match.range,
          .node = match.node};
}

RouteMatch to_match(const resource::Positioned<resource::TlsMatch>& match) {
  return {.gateways = &match->gateways,
          .port = &match->port,
          .sni_hosts = &match->sni_hosts,
          .range = match.range,
          .node = match.node};
}

RouteMatch to_match(const resource::Positioned<resource::TcpMatch>& match) {
  return {.gateways = &match->gateways,
          .port = &match->port,
          .sni_hosts = nullptr,
          .range = match.range,
          .node = match.node};
}

class Reader {
 public:
  Reader(std::string_view name_space, const Settings& settings, std::vector<Route>& out)
      : name_space_(name_space), settings_(settings), out_(out) {}

  template <typename Routes>
  void read(RouteKind kind, const Routes& routes) {
    for (std::size_t i = 0; i < routes->size(); ++i) {
      const auto& in = routes.value[i];
      Route route;
      route.kind = kind;
      route.index = i;
      route.range = in.range;
      for (const auto& match : *in->match) route.matches.push_back(to_match(match));
      for (const auto& target : *in->route) add(route, target->destination);
      if constexpr (std::is_same_v<Routes, resource::List<resource::HttpRoute>>) {
        route.http = &*in;
      }
      out_.push_back(std::move(route));
    }
  }

 private:
  void add(Route& route, const resource::Positioned<resource::Destination>& destination) const {
    route.targets.push_back(
        {.host = resolve_short_name(*destination->host, name_space_, settings_.cluster_domain),
         .destination = &*destination,
         .range = destination.range});
  }

  std::string_view name_space_;
  const Settings& settings_;
  std::vector<Route>& out_;
};

}  // namespace

std::string_view to_string(RouteKind kind) {
  switch (kind) {
    case RouteKind::Http: return "http";
    case RouteKind::Tls: return "tls";
    case RouteKind::Tcp: return "tcp";
  }
  return "http";
}

bool VirtualService::binds(std::string_view gateway) const {
  return std::find(gateways.begin(), gateways.end(), gateway) != gateways.end();
}

std::string resolve_gateway(std::string_view name, std::string_view name_space) {
  if (name.starts_with("./")) return fmt::format("{}{}", name_space, name.substr(1));
  if (name == "mesh" || name.find('/') != std::string_view::npos) return std::string(name);
  // The form of old releases: name.namespace.svc.cluster.local.
  const std::size_t dot = name.find('.');
  if (dot != std::string_view::npos) {
    const std::string_view rest = name.substr(dot + 1);
    return fmt::format("{}/{}", rest.substr(0, rest.find('.')), name.substr(0, dot));
  }
  return fmt::format("{}/{}", name_space, name);
}

namespace {

// Whether resolve_gateway() says so; most names can be told without it.
bool is_gateway(std::string_view name, std::string_view name_space, std::string_view gateway) {
  if (name == "mesh" || gateway == "mesh") return name == gateway;
  return name == gateway || resolve_gateway(name, name_space) == gateway;
}

}  // namespace

std::vector<std::string> gateways_of(const VirtualService& service, const RouteMatch& match) {
  if (match.gateways == nullptr || (*match.gateways)->empty()) return service.gateways;
  std::vector<std::string> out;
  for (const resource::Text& name : **match.gateways)
    out.push_back(resolve_gateway(*name, service.name_space));
  return out;
}

bool names_gateway(const VirtualService& service, const RouteMatch& match,
                   std::string_view gateway) {
  if (match.gateways == nullptr || (*match.gateways)->empty()) return service.binds(gateway);
  return std::any_of(
      (*match.gateways)->begin(), (*match.gateways)->end(),
      [&](const resource::Text& name) { return is_gateway(*name, service.name_space, gateway); });
}

bool applies_at(const VirtualService& service, const Route& route, std::string_view gateway) {
  if (!service.binds(gateway)) return false;
  return route.matches.empty() ||
         std::any_of(route.matches.begin(), route.matches.end(), [&](const RouteMatch& match) {
           return names_gateway(service, match, gateway);
         });
}

VirtualService read_routes(const resource::Resource& resource, std::string_view name_space,
                           const Settings& settings) {
  const auto* service = resource.as<resource::VirtualService>();
  const resource::Texts& defaults = settings.mesh_config != nullptr
                                        ? settings.mesh_config->default_virtual_service_export_to
                                        : kEverywhere;
  VirtualService out{.name_space = name_space,
                     .resource = &resource,
                     .service = service,
                     .visibility = Visibility(service->export_to, defaults, name_space),
                     .gateways = {},
                     .hosts = {},
                     .routes = {}};
  for (const resource::Text& gateway : *service->gateways)
    out.gateways.push_back(resolve_gateway(*gateway, name_space));
  if (out.gateways.empty()) out.gateways.emplace_back("mesh");
  for (const resource::Text& host : *service->hosts)
    out.hosts.push_back(resolve_short_name(*host, name_space, settings.cluster_domain));
  Reader reader(name_space, settings, out.routes);
  reader.read(RouteKind::Http, service->http);
  reader.read(RouteKind::Tls, service->tls);
  reader.read(RouteKind::Tcp, service->tcp);
  return out;
}

}  // namespace egressctl::mesh
