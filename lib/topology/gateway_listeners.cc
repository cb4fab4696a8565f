#include "lib/topology/gateway_listeners.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "lib/mesh/host.h"
#include "lib/topology/downstream_tls.h"
#include "lib/topology/filter_chains.h"
#include "lib/topology/outbound_chains.h"

namespace egressctl::topology {
namespace {

using resource::ServerTlsMode;

// SNI names of passed-through TLS on a port, and where they are bound.
using NamesByPort = std::map<std::uint32_t, std::map<std::string, std::string_view, std::less<>>>;

Causes causes_of(const GatewayServer& server) {
  return {{server.resource, server.server->range}};
}

// Whether a VirtualService has a host that the server takes.
//
// Source: gateway.go (pickMatchingGatewayHosts).
bool shares_host(const GatewayServer& server, const VirtualService& route) {
  return std::any_of(server.hosts.begin(), server.hosts.end(), [&](const std::string& text) {
    std::string_view host = text;
    if (const std::size_t slash = host.find('/'); slash != std::string_view::npos) {
      if (host.substr(0, slash) != route.name_space()) return false;
      host.remove_prefix(slash + 1);
    }
    return std::any_of(route.hosts().begin(), route.hosts().end(),
                       [&](const std::string& own) { return mesh::hosts_overlap(host, own); });
  });
}

// At a gateway neither the labels nor the namespace of clients are known, so they do not count.
bool applies(const L4Match& match, const GatewayServer& server) {
  return match.scope.through(server.gateway) &&
         (match.scope.port == 0 || match.scope.port == *server.spec().port->number);
}

class Builder {
 public:
  Builder(const View& view, const MergedGateway& merged)
      : view_(view), merged_(merged), policies_(view.snapshot.policies.of_proxy(view.proxy)) {}

  std::vector<Listener> build() {
    const std::vector<std::string> any = wildcards(view_.proxy.ip_mode());
    for (const ServerPort& port : merged_.ports) {
      const std::string bind = port.bind.empty() ? any.front() : std::string(port.bind);
      std::vector<ChainDraft> chains = chains_of(port);
      Pending& pending = listeners_[{port.number, bind}];
      for (ChainDraft& chain : chains) pending.chains.push_back(std::move(chain));
      for (const GatewayServer* server : port.servers)
        for (const Cause& cause : causes_of(*server)) pending.causes.push_back(cause);
    }
    std::vector<Listener> out;
    for (auto& [key, pending] : listeners_)
      if (!pending.chains.empty()) out.push_back(finish(key.first, key.second, pending));
    return out;
  }

 private:
  struct Pending {
    std::vector<ChainDraft> chains;
    Causes causes;
  };

  std::vector<ChainDraft> chains_of(const ServerPort& port) {
    std::vector<ChainDraft> out;
    if (resource::is_http(resource::parse_protocol(port.protocol))) {
      ChainDraft& chain = out.emplace_back();
      for (const GatewayServer* server : port.servers)
        for (const Cause& cause : causes_of(*server)) chain.causes.push_back(cause);
      chain.filters.push_back(http_manager(port.route_name, policies_, chain.causes));
      return out;
    }
    for (const GatewayServer* server : port.servers) {
      if (server->ends_https()) {
        ChainDraft& chain = out.emplace_back();
        chain.sni_hosts = server->sni_hosts();
        chain.tls = downstream_tls(*server);
        chain.causes = causes_of(*server);
        chain.filters.push_back(http_manager(server->route_name, policies_, chain.causes));
      } else if (server->passes_tls_through()) {
        add_passthrough(*server, port.number, out);
      } else {
        add_tcp(*server, out);
      }
    }
    return out;
  }

  std::vector<const VirtualService*> routes_of(const GatewayServer& server) {
    auto known = routes_.find(server.gateway);
    if (known == routes_.end())
      known = routes_
                  .try_emplace(server.gateway, view_.snapshot.routes.bound_to(
                                                   server.gateway, view_.proxy.name_space))
                  .first;
    std::vector<std::string_view> hosts;
    hosts.reserve(server.hosts.size());
    for (const std::string& host : server.hosts)
      hosts.push_back(std::string_view(host).substr(host.find('/') + 1));
    std::vector<const VirtualService*> out = known->second.overlapping(hosts);
    std::erase_if(out, [&](const VirtualService* route) { return !shares_host(server, *route); });
    return out;
  }

  // One chain for all hosts of the server: the first route that fits takes them all. Where TLS ends
  // here a TLSRoute is one of them, but the TLS part of a VirtualService is not.
  //
  // Source: pilot/pkg/networking/core/gateway.go (buildGatewayNetworkFiltersFromTCPRoutes).
  void add_tcp(const GatewayServer& server, std::vector<ChainDraft>& out) {
    for (const VirtualService* route : routes_of(server)) {
      const L4Rule* rule = first_fitting(route->tcp, server);
      if (rule == nullptr && *route->resource().kind_name == "TLSRoute")
        rule = first_fitting(route->tls, server);
      if (rule == nullptr) continue;
      ChainDraft& chain = out.emplace_back();
      chain.sni_hosts = server.sni_hosts();
      chain.tls = downstream_tls(server);
      chain.causes = causes_of(server);
      chain.causes.push_back(rule->cause);
      const bool mutual = *server.spec().tls->mode == ServerTlsMode::IstioMutual;
      chain.filters = filters_to(*rule, server, mutual && server.has_tls());
      return;
    }
  }

  [[nodiscard]] const L4Rule* first_fitting(const std::vector<L4Rule>& rules,
                                            const GatewayServer& server) const {
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const L4Rule& rule) {
      return !rule.targets.empty() &&
             (rule.matches.empty() ||
              std::any_of(rule.matches.begin(), rule.matches.end(),
                          [&](const L4Match& match) { return applies(match, server); }));
    });
    return found != rules.end() ? &*found : nullptr;
  }

  // A chain for each match of TLS routes.
  void add_passthrough(const GatewayServer& server, std::uint32_t port,
                       std::vector<ChainDraft>& out) {
    if (*server.spec().tls->mode == ServerTlsMode::AutoPassthrough) {
      add_auto_passthrough(server, out);
      return;
    }
    for (const VirtualService* route : routes_of(server))
      for (const L4Rule& rule : route->tls) {
        if (rule.targets.empty()) continue;
        for (const L4Match& match : rule.matches) {
          if (!applies(match, server) || !take_names(match, server, port)) continue;
          ChainDraft& chain = out.emplace_back();
          chain.sni_hosts = match.sni_hosts;
          chain.causes = {match.cause, rule.cause, causes_of(server).front()};
          chain.filters = filters_to(rule, server, false);
        }
      }
  }

  bool take_names(const L4Match& match, const GatewayServer& server, std::uint32_t port) {
    auto& taken = names_[port];
    const std::string_view bind = *server.spec().bind;
    for (const std::string& name : match.sni_hosts)
      if (const auto found = taken.find(name); found != taken.end() && found->second == bind)
        return false;
    for (const std::string& name : match.sni_hosts) taken[name] = bind;
    return true;
  }

  // Chains for the mTLS names of the mesh's own services, as gateways between networks have. No
  // AuthorizationPolicy counts in them.
  //
  // Source: pilot/pkg/networking/core/gateway.go (builtAutoPassthroughFilterChains).
  void add_auto_passthrough(const GatewayServer& server, std::vector<ChainDraft>& out) const {
    const std::vector<std::string> names = server.sni_hosts();
    for (const Service* service : view_.scope.services) {
      if (service->external) continue;
      const bool wanted = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return mesh::is_subset(service->host, name);
      });
      if (!wanted) continue;
      const MergedRule* rule = view_.scope.rule(service->host, view_.proxy);
      for (const mesh::ServicePort* port : service->ports) {
        if (port->protocol == resource::Protocol::Udp) continue;
        const auto add = [&](std::string_view subset) {
          ChainDraft& chain = out.emplace_back();
          chain.sni_hosts = {mutual_tls_name(subset, service->host, port->number)};
          chain.application_protocols = {"istio", "istio-peer-exchange", "istio-http/1.0",
                                         "istio-http/1.1", "istio-h2"};
          chain.causes = causes_of(server);
          chain.filters = to_cluster(port->protocol, chain.sni_hosts.front(), chain.causes);
        };
        add({});
        if (rule == nullptr) continue;
        for (const RuleSubset& subset : rule->subsets) add(*(*subset.subset)->name);
      }
    }
  }

  [[nodiscard]] std::vector<NetworkFilter> filters_to(const L4Rule& rule,
                                                      const GatewayServer& server,
                                                      bool exchange) const {
    std::vector<NetworkFilter> out;
    if (exchange) {
      NetworkFilter& filter = out.emplace_back();
      filter.name = kMetadataExchange;
      filter.causes = causes_of(server);
    }
    for (NetworkFilter& filter : tcp_filters(policies_)) out.push_back(std::move(filter));
    for (NetworkFilter& filter : to_targets(view_, rule.targets, server.protocol(),
                                            *server.spec().port->number, {rule.cause}))
      out.push_back(std::move(filter));
    return out;
  }

  static Listener finish(std::uint32_t port, const std::string& bind, Pending& pending) {
    Listener out;
    out.name = fmt::format("{}_{}", bind, port);
    out.address = bind;
    out.port = port;
    out.causes = std::move(pending.causes);
    const bool inspects =
        std::any_of(pending.chains.begin(), pending.chains.end(), [](const ChainDraft& chain) {
          return !chain.sni_hosts.empty() || (chain.tls && !chain.tls->alpn.empty());
        });
    if (inspects) out.listener_filters.push_back({std::string(kTlsInspector), {}});
    for (ChainDraft& draft : pending.chains) {
      FilterChain& chain = out.filter_chains.emplace_back();
      chain.match = draft.match();
      chain.filters = std::move(draft.filters);
      chain.tls = std::move(draft.tls);
      chain.causes = std::move(draft.causes);
    }
    return out;
  }

  const View& view_;
  const MergedGateway& merged_;
  std::vector<Rbac> policies_;
  std::map<std::pair<std::uint32_t, std::string>, Pending> listeners_;
  NamesByPort names_;
  std::unordered_map<std::string_view, RoutesByHost> routes_;  // by Gateway
};

}  // namespace

std::vector<Listener> gateway_listeners(const View& view, const MergedGateway& merged) {
  return Builder(view, merged).build();
}

}  // namespace egressctl::topology
