#include "lib/lint/rules/tls/gateway_legs.h"

#include <algorithm>

#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

// The port of the destination; that of the only port where it names none, else that of the match.
std::int64_t port_of(const Context& in, const mesh::Route& route, const mesh::RouteTarget& target) {
  if (target.destination->port.present()) return *target.destination->port->number;
  for (const mesh::Service* service : in.mesh().registry().named(target.host))
    if (service->ports.size() == 1) return service->ports.front().number;
  for (const mesh::RouteMatch& match : route.matches)
    if (match.port != nullptr && match.port->present()) return **match.port;
  return 0;
}

std::string_view host_part(std::string_view host) {
  const std::size_t slash = host.find('/');
  return slash == std::string_view::npos ? host : host.substr(slash + 1);
}

}  // namespace

std::vector<GatewayLeg> gateway_legs(const Context& in) {
  std::vector<GatewayLeg> out;
  const mesh::Mesh& mesh = in.mesh();
  for (const mesh::VirtualService* service : mesh.bound_to("mesh"))
    for (const mesh::Route& route : service->routes) {
      if (!mesh::applies_at(*service, route, "mesh")) continue;
      for (const mesh::RouteTarget& target : route.targets) {
        const auto& gateways = in.gateways().behind(target.host);
        if (gateways.empty()) continue;
        GatewayLeg leg;
        leg.service = service;
        leg.route = &route;
        leg.target = &target;
        leg.port = port_of(in, route, target);
        for (const mesh::GatewayView* gateway : gateways)
          for (const auto& server : *gateway->gateway->servers)
            if (gateway->pod_port(*server->port->number) == gateway->pod_port(leg.port))
              leg.servers.push_back({gateway, &server});
        if (leg.servers.empty()) continue;
        const auto& owners = mesh.registry().named(target.host);
        leg.rules = mesh.rules().applying(service->name_space, target.host,
                                          owners.empty() ? "" : owners.front()->name_space);
        leg.tls = client_tls(leg.rules, *target.destination->subset, leg.port);
        out.push_back(std::move(leg));
      }
    }
  return out;
}

bool takes_name(const resource::Server& server, std::string_view sni) {
  return std::any_of(server.hosts->begin(), server.hosts->end(), [&](const resource::Text& host) {
    return mesh::is_subset(sni, host_part(*host));
  });
}

std::vector<std::string_view> client_names(const GatewayLeg& leg) {
  std::vector<std::string_view> out;
  for (const mesh::RouteMatch& match : leg.route->matches)
    if (match.sni_hosts != nullptr)
      for (const resource::Text& name : **match.sni_hosts) out.emplace_back(*name);
  if (out.empty()) out.assign(leg.service->hosts.begin(), leg.service->hosts.end());
  return out;
}

}  // namespace egressctl::lint::rules
