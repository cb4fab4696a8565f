#include "lib/lint/rules/routing/bindings.h"

#include <algorithm>

#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

using mesh::GatewayView;
using mesh::RouteKind;
using mesh::VirtualService;

bool is_open(std::string_view owner, const GatewayView& gateway, const VirtualService& service) {
  return owner == "*" || (owner == "." ? gateway.name_space : owner) == service.name_space;
}

}  // namespace

std::vector<Binding> bindings(const Context& in) {
  std::vector<Binding> out;
  for (const VirtualService& service : in.mesh().routes())
    for (const std::string& name : service.gateways)
      if (const GatewayView* gateway = in.gateways().find(name)) out.push_back({&service, gateway});
  return out;
}

std::vector<const mesh::RouteMatch*> matches_of(const mesh::Route& route) {
  if (route.matches.empty()) return {nullptr};
  std::vector<const mesh::RouteMatch*> out;
  for (const mesh::RouteMatch& match : route.matches) out.push_back(&match);
  return out;
}

bool may_hold(const VirtualService& service, const mesh::RouteMatch* match,
              std::string_view gateway) {
  if (match == nullptr) return service.binds(gateway);
  const auto names = mesh::gateways_of(service, *match);
  return std::find(names.begin(), names.end(), gateway) != names.end();
}

bool takes(const GatewayView& gateway, const resource::Server& server,
           const VirtualService& service) {
  return std::any_of(server.hosts->begin(), server.hosts->end(), [&](const resource::Text& text) {
    std::string_view host = *text;
    if (const std::size_t slash = host.find('/'); slash != std::string_view::npos) {
      if (!is_open(host.substr(0, slash), gateway, service)) return false;
      host.remove_prefix(slash + 1);
    }
    return std::any_of(service.hosts.begin(), service.hosts.end(),
                       [&](const std::string& own) { return mesh::hosts_overlap(host, own); });
  });
}

bool passes_through(const resource::Server& server) {
  const resource::ServerTlsMode mode = *server.tls->mode;
  return server.tls.present() && (mode == resource::ServerTlsMode::Passthrough ||
                                  mode == resource::ServerTlsMode::AutoPassthrough);
}

RouteKind kind_of(const resource::Server& server) {
  const resource::Protocol protocol = *server.port->protocol;
  if (resource::is_http(protocol)) return RouteKind::Http;
  if (passes_through(server)) return RouteKind::Tls;
  return protocol == resource::Protocol::Https ? RouteKind::Http : RouteKind::Tcp;
}

std::vector<const Server*> servers_for(const Binding& binding, const mesh::RouteMatch* match) {
  std::vector<const Server*> out;
  const bool any_port = match == nullptr || match->port == nullptr || !match->port->present();
  for (const Server& server : *binding.gateway->gateway->servers)
    if (takes(*binding.gateway, *server, *binding.service) &&
        (any_port || **match->port == *server->port->number))
      out.push_back(&server);
  return out;
}

bool is_used(const Binding& binding, const mesh::Route& route, const mesh::RouteMatch* match) {
  if (!may_hold(*binding.service, match, binding.gateway->name)) return false;
  const auto servers = servers_for(binding, match);
  return std::any_of(servers.begin(), servers.end(),
                     [&](const Server* server) { return kind_of(**server) == route.kind; });
}

SourceRange list_of(const VirtualService& service, RouteKind kind) {
  const resource::VirtualService& spec = *service.service;
  switch (kind) {
    case RouteKind::Http: return spec.http.key;
    case RouteKind::Tls: return spec.tls.key;
    case RouteKind::Tcp: return spec.tcp.key;
  }
  return {};
}

bool is_patched(const Context& in, const GatewayView& gateway) {
  for (const resource::Resource* filter : in.mesh().all(resource::Kind::EnvoyFilter)) {
    const std::string_view name_space = in.mesh().namespace_of(*filter);
    if (!gateway.pods.empty() && name_space != in.mesh().settings().root_namespace &&
        std::none_of(gateway.pods.begin(), gateway.pods.end(),
                     [&](const auto* pod) { return pod->name_space == name_space; }))
      continue;
    for (const auto& patch : *filter->as<resource::EnvoyFilter>()->config_patches)
      if (*patch->apply_to == resource::ApplyTo::NetworkFilter ||
          *patch->apply_to == resource::ApplyTo::FilterChain)
        return true;
  }
  return false;
}

}  // namespace egressctl::lint::rules
