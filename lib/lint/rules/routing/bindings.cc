#include "lib/lint/rules/routing/bindings.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "lib/base/text.h"
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
  return match == nullptr ? service.binds(gateway) : mesh::names_gateway(service, *match, gateway);
}

std::vector<std::string_view> names_of(const VirtualService& service,
                                       const mesh::RouteMatch* match) {
  std::vector<std::string_view> out;
  if (match != nullptr && match->sni_hosts != nullptr)
    for (const resource::Text& name : **match->sni_hosts) out.emplace_back(*name);
  if (out.empty()) out.assign(service.hosts.begin(), service.hosts.end());
  return out;
}

std::vector<std::string_view> names_at(const VirtualService& service, const mesh::Route& route,
                                       std::string_view gateway) {
  std::vector<std::string_view> out;
  bool everything = false;  // once is enough
  for (const mesh::RouteMatch* match : matches_of(route)) {
    if (!may_hold(service, match, gateway)) continue;
    const bool named =
        match != nullptr && match->sni_hosts != nullptr && !(*match->sni_hosts)->empty();
    if (!named && std::exchange(everything, true)) continue;
    const auto names = names_of(service, match);
    out.insert(out.end(), names.begin(), names.end());
  }
  return out;
}

std::string_view rewritten_host(const mesh::Route& route) {
  if (route.http == nullptr) return {};
  const std::string& authority = *route.http->rewrite->authority;
  if (!authority.empty()) return authority;
  for (const auto& header : *route.http->headers->request->set) {
    const std::string name = to_lower(header.name);
    if (name == "host" || name == ":authority") return *header.entry;
  }
  return {};
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

bool uses(const resource::Server& server, const VirtualService& service, RouteKind kind) {
  const RouteKind own = kind_of(server);
  return kind == own || (own == RouteKind::Tcp && kind == RouteKind::Tls && server.tls.present() &&
                         *service.resource->kind_name == "TLSRoute");
}

std::int64_t only_port(const mesh::Service& host, mesh::RouteKind kind) {
  std::int64_t out = 0;
  for (const mesh::ServicePort& port : host.ports) {
    if (kind == mesh::RouteKind::Http ? !resource::is_http(port.protocol)
                                      : !resource::is_tls(port.protocol))
      continue;
    if (out != 0) return 0;
    out = port.number;
  }
  return out;
}

std::vector<const Server*> Servers::of(const Binding& binding, const mesh::RouteMatch* match) {
  const auto [known, added] = by_host_.try_emplace(binding.gateway);
  if (added)
    for (const Server& server : *binding.gateway->gateway->servers)
      for (const resource::Text& host : *server->hosts)
        known->second.add(host_part(*host), &server);
  std::vector<const Server*> out;
  const bool any_port = match == nullptr || match->port == nullptr || !match->port->present();
  for (const std::string& host : binding.service->hosts)
    for (const Server* server : known->second.all_overlapping(host))
      if (takes(*binding.gateway, **server, *binding.service) &&
          (any_port || **match->port == *(*server)->port->number))
        out.push_back(server);
  // They stand in one list, so their addresses tell their order.
  std::sort(out.begin(), out.end(), std::less<>());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool is_used(Servers& servers, const Binding& binding, const mesh::Route& route,
             const mesh::RouteMatch* match) {
  if (!may_hold(*binding.service, match, binding.gateway->name)) return false;
  const auto taking = servers.of(binding, match);
  return std::any_of(taking.begin(), taking.end(), [&](const Server* server) {
    return uses(**server, *binding.service, route.kind);
  });
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

namespace {

// Whether an EnvoyFilter of the namespace may be for the gateway.
bool may_patch(const Context& in, const resource::Resource& filter, const GatewayView& gateway) {
  const std::string_view name_space = in.mesh().namespace_of(filter);
  return gateway.pods.empty() || name_space == in.mesh().settings().root_namespace ||
         name_space == gateway.name_space ||
         std::any_of(gateway.pods.begin(), gateway.pods.end(),
                     [&](const auto* pod) { return pod->name_space == name_space; });
}

template <typename Wanted>
bool any_patch(const Context& in, const GatewayView& gateway, const Wanted& wanted) {
  for (const resource::Resource* filter : in.mesh().all(resource::Kind::EnvoyFilter)) {
    if (!may_patch(in, *filter, gateway)) continue;
    const auto& patches = *filter->as<resource::EnvoyFilter>()->config_patches;
    if (std::any_of(patches.begin(), patches.end(),
                    [&](const auto& patch) { return wanted(*patch); }))
      return true;
  }
  return false;
}

bool names_cluster(const resource::ConfigPatch& patch) {
  constexpr std::array<std::string_view, 2> kCluster{"typed_config", "cluster"};
  constexpr std::array<std::string_view, 2> kClusters{"typed_config", "weighted_clusters"};
  const yaml::Node* value = patch.patch->value.node;
  return *patch.apply_to == resource::ApplyTo::NetworkFilter && value != nullptr &&
         (value->path(kCluster) != nullptr || value->path(kClusters) != nullptr);
}

}  // namespace

bool is_patched(const Context& in, const GatewayView& gateway) {
  return any_patch(in, gateway, [](const resource::ConfigPatch& patch) {
    return *patch.apply_to == resource::ApplyTo::NetworkFilter ||
           *patch.apply_to == resource::ApplyTo::FilterChain;
  });
}

bool sends_elsewhere(const Context& in, const GatewayView& gateway) {
  return any_patch(in, gateway, names_cluster);
}

}  // namespace egressctl::lint::rules
