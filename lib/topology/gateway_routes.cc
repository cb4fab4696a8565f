#include "lib/topology/gateway_routes.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "lib/base/text.h"
#include "lib/mesh/host.h"
#include "lib/topology/http_routes.h"
#include "lib/topology/service_domains.h"

namespace egressctl::topology {
namespace {

using Routes = std::vector<Route>;

// Longer names first, wildcards last.
//
// Source: istio/istio pkg/config/host/name.go (MoreSpecific).
struct MoreSpecific {
  bool operator()(const std::string& a, const std::string& b) const {
    const auto key = [](const std::string& host) {
      return std::make_pair(mesh::is_pattern(host), -static_cast<std::int64_t>(host.size()));
    };
    return std::make_tuple(key(a), std::string_view(a)) <
           std::make_tuple(key(b), std::string_view(b));
  }
};

// The hosts that both a server and a VirtualService have: of two that overlap the narrower one.
//
// Source: istio/istio pkg/config/host/names.go (NamesForNamespace, Intersection).
std::vector<std::string> shared_hosts(const GatewayServer& server, const VirtualService& route) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view host) {
    std::string lower = to_lower(host);
    if (std::find(out.begin(), out.end(), lower) == out.end()) out.push_back(std::move(lower));
  };
  for (const std::string& text : server.hosts) {
    std::string_view host = text;
    if (const std::size_t slash = host.find('/'); slash != std::string_view::npos) {
      if (host.substr(0, slash) != route.name_space()) continue;
      host.remove_prefix(slash + 1);
    }
    for (const std::string& own : route.hosts())
      if (mesh::is_subset(host, own)) {
        add(host);
      } else if (mesh::is_subset(own, host)) {
        add(own);
      }
  }
  return out;
}

bool redirects(const GatewayServer& server) {
  return server.has_tls() && *server.spec().tls->https_redirect;
}

class Builder {
 public:
  explicit Builder(const View& view) : view_(view) {}

  void add(const GatewayServer& server) {
    for (const VirtualService* route :
         view_.snapshot.routes.bound_to(server.gateway, view_.proxy.name_space)) {
      const std::vector<std::string> hosts = shared_hosts(server, *route);
      if (hosts.empty()) continue;
      const Routes* routes = routes_of(server, *route);
      if (routes->empty()) continue;
      for (const std::string& host : hosts) {
        Draft& draft = draft_for(host, server);
        draft.parts.push_back(routes);
        draft.causes.push_back({&route->resource(), route->resource().range});
        draft.require_tls = draft.require_tls || redirects(server);
      }
    }
    if (!redirects(server)) return;
    for (const std::string& host : server.hosts)
      draft_for(to_lower(host), server).require_tls = true;
  }

  std::vector<VirtualHost> build() {
    std::vector<VirtualHost> out;
    std::map<std::pair<bool, std::vector<const Routes*>>, std::size_t> known;
    for (auto& [host, draft] : drafts_) {
      // Hosts with the same routes become one.
      const auto [slot, added] = known.try_emplace({draft.require_tls, draft.parts}, out.size());
      if (!added) {
        out[slot->second].domains.push_back(host);
        continue;
      }
      VirtualHost& made = out.emplace_back();
      made.name = with_port(host, draft.port);
      made.domains = {host};
      made.require_tls = draft.require_tls;
      made.causes = std::move(draft.causes);
      for (const Routes* routes : draft.parts)
        made.routes.insert(made.routes.end(), routes->begin(), routes->end());
      std::stable_partition(made.routes.begin(), made.routes.end(),
                            [](const Route& route) { return !route.match.takes_all(); });
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const VirtualHost& a, const VirtualHost& b) { return a.name < b.name; });
    return out;
  }

 private:
  struct Draft {
    std::int64_t port = 0;
    std::vector<const Routes*> parts;
    bool require_tls = false;
    Causes causes;
  };

  Draft& draft_for(const std::string& host, const GatewayServer& server) {
    const auto [slot, added] = drafts_.try_emplace(host);
    if (!added) return slot->second;
    slot->second.port = *server.spec().port->number;
    slot->second.causes = {{server.resource, server.server->range}};
    return slot->second;
  }

  // A VirtualService's routes are made once for a Gateway, for the first of its servers.
  const Routes* routes_of(const GatewayServer& server, const VirtualService& route) {
    std::unique_ptr<Routes>& slot = routes_[{server.gateway, &route}];
    if (slot == nullptr || slot->empty()) {
      const HttpRouteScope scope{
          view_.proxy, server.gateway, *server.spec().port->number, server.has_tls(),
          [&](std::string_view host) { return service_for(host, route.name_space()); }};
      slot = std::make_unique<Routes>(http_routes(route, scope));
    }
    return slot.get();
  }

  // The service in the VirtualService's namespace comes before those of others.
  [[nodiscard]] const Service* service_for(std::string_view host, std::string_view owner) const {
    const auto& known = view_.snapshot.services.of_host(host);
    const auto own = known.find(owner);
    if (own != known.end() && own->second->source->visibility.visible_in(view_.proxy.name_space))
      return own->second;
    return view_.scope.service(host);
  }

  const View& view_;
  std::map<std::string, Draft, MoreSpecific> drafts_;
  std::map<std::pair<std::string_view, const VirtualService*>, std::unique_ptr<Routes>> routes_;
};

}  // namespace

RouteConfiguration gateway_routes(const View& view, const MergedGateway& merged,
                                  const std::string& name) {
  RouteConfiguration out;
  out.name = name;
  const auto servers = merged.by_route.find(name);
  if (servers == merged.by_route.end()) return out;
  Builder builder(view);
  for (const GatewayServer* server : servers->second) builder.add(*server);
  out.virtual_hosts = builder.build();
  if (!out.virtual_hosts.empty()) return out;
  // Without routes Envoy answers 404.
  const GatewayServer& first = *servers->second.front();
  VirtualHost& none = out.virtual_hosts.emplace_back();
  none.name = with_port("blackhole", *first.spec().port->number);
  none.domains = {"*"};
  none.causes = {{first.resource, first.server->range}};
  return out;
}

}  // namespace egressctl::topology
