#include "lib/datapath/proxy_roles.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/base/text.h"
#include "lib/datapath/principals.h"
#include "lib/yaml/scalar.h"

namespace egressctl::datapath {
namespace {

using forward::RouteConfig;
using topology::Cluster;
using topology::ClusterType;
using topology::FilterChain;
using topology::Listener;
using topology::NetworkFilter;
using topology::TlsKind;

constexpr std::string_view kInternal = "envoy://";
// Filters that decide nothing: they count, or pass on what nobody here asks for.
constexpr std::string_view kWithoutEffect[] = {topology::kMetadataExchange,
                                               "istio.stats",
                                               "envoy.filters.network.set_filter_state",
                                               topology::kTcpProxy,
                                               topology::kHttpConnectionManager,
                                               topology::kSniForwardProxy,
                                               topology::kOwnSniForwardProxy,
                                               topology::kNetworkRbac};

bool is_any_address(std::string_view address) {
  return address == "0.0.0.0" || address == "::" || address.empty();
}

SourceRange range_of(const topology::Causes& causes) {
  return causes.empty() ? SourceRange{} : causes.front().range;
}

// The port that a filter of the chain dials the name in the SNI at.
std::optional<std::uint16_t> forwarded_port(const FilterChain& chain) {
  for (const std::string_view name : {topology::kSniForwardProxy, topology::kOwnSniForwardProxy}) {
    const NetworkFilter* filter = chain.filter(name);
    if (filter == nullptr) continue;
    constexpr std::uint16_t kUsual = 443;
    if (filter->config == nullptr) return kUsual;
    for (const std::string_view key : {"port_value", "portValue"})
      if (const yaml::Node* port = filter->config->find(key))
        if (const auto value = yaml::as_int(*port); value && *value > 0 && *value <= 65535)
          return static_cast<std::uint16_t>(*value);
    return kUsual;
  }
  return std::nullopt;
}

// Whether a tree has a scalar that contains the text.
bool mentions(const yaml::Node& node, std::string_view text) {
  if (node.is_scalar()) return node.scalar.find(text) != std::string_view::npos;
  return std::any_of(node.items.begin(), node.items.end(),
                     [&](const yaml::Node& item) { return mentions(item, text); }) ||
         std::any_of(node.entries.begin(), node.entries.end(),
                     [&](const yaml::Entry& entry) { return mentions(entry.value, text); });
}

// An RBAC filter of an EnvoyFilter that compares the inner SNI with a filter state: what `innerSni:
// strict` makes, with which the inner name must be the outer one.
bool compares_names(const NetworkFilter& filter) {
  return filter.config != nullptr && mentions(*filter.config, "filter_state") &&
         mentions(*filter.config, "requested_server_name");
}

class Converter {
 public:
  Converter(const topology::Topology& proxy, const Surroundings& around)
      : proxy_(proxy), around_(around) {}

  ProxyRoles run() {
    for (const Listener& listener : proxy_.listeners) {
      if (listener.internal || listener.name == topology::kVirtualInbound ||
          listener.name == topology::kVirtualOutbound || is_for_istio(listener))
        continue;
      if (!is_any_address(listener.address)) {
        tell(fmt::format("listener {}: it is reached by an address of the cluster", listener.name),
             listener.causes);
        continue;
      }
      convert(listener);
    }
    for (auto& [port, listener] : by_port_)
      if (!listener.routes.empty() || !listener.plain.empty())
        out_.listeners.push_back(std::move(listener));
    return std::move(out_);
  }

 private:
  // Health checks and statistics of the agent.
  static bool is_for_istio(const Listener& listener) {
    return listener.port == 15021 || listener.port == 15090;
  }

  [[nodiscard]] bool is_router() const { return proxy_.proxy.type == topology::ProxyType::Router; }

  void tell(std::string what, const topology::Causes& causes) {
    const auto same = [&](const NotRun& each) { return each.what == what; };
    if (std::none_of(out_.not_run.begin(), out_.not_run.end(), same))
      out_.not_run.push_back({std::move(what), range_of(causes)});
  }

  void convert(const Listener& listener) {
    RoleListener& out = by_port_[static_cast<std::uint16_t>(listener.port)];
    out.port = out.service_port = static_cast<std::uint16_t>(listener.port);
    for (const FilterChain& chain : listener.filter_chains) convert(listener, chain, out);
    if (listener.default_filter_chain) convert(listener, *listener.default_filter_chain, out);
  }

  void convert(const Listener& listener, const FilterChain& chain, RoleListener& out) {
    const topology::FilterChainMatch& match = chain.match;
    const std::string where = fmt::format(
        "listener {}, {}", listener.name,
        match.server_names.empty() ? std::string("the chain of all else")
                                   : fmt::format("SNI {}", join(match.server_names, ", ")));
    if (!match.prefix_ranges.empty() || !match.source_prefix_ranges.empty())
      return tell(where + ": it goes by addresses of the cluster", chain.causes);
    const bool http = !chain.target().route_config.empty();
    if (!match.application_protocols.empty() && match.transport_protocol != "tls" && !http)
      return tell(where + ": it goes by the protocol in a plain connection", chain.causes);
    for (const NetworkFilter& filter : chain.filters)
      if (std::find(std::begin(kWithoutEffect), std::end(kWithoutEffect), filter.name) ==
              std::end(kWithoutEffect) ||
          (filter.name == topology::kNetworkRbac && filter.rbac.empty() && !compares_names(filter)))
        return tell(fmt::format("{}: filter {} is not known here", where, filter.name),
                    filter.causes);
    if (chain.tls) return end_tls(where, listener, chain, out);
    if (http) return by_host(where, chain, out);
    const auto route = route_to(where, chain, chain.target(), listener.port);
    if (!route) return;
    const std::string& transport = match.transport_protocol;
    if (transport != "raw_buffer") {
      RouteConfig tls = *route;
      tls.names = names_of(match);
      out.routes.push_back(std::move(tls));
    }
    if (transport.empty() || transport == "raw_buffer") {
      if (!match.server_names.empty()) return;
      if (takes_any_name(*route)) return;  // plain TCP names nobody
      out.plain.push_back(*route);
      out.plain.back().names = {"*"};
    }
  }

  static std::vector<std::string> names_of(const topology::FilterChainMatch& match) {
    return match.server_names.empty() ? std::vector<std::string>{"*"} : match.server_names;
  }

  static bool takes_any_name(const RouteConfig& route) {
    const auto ways = forward::ways_of(route);
    return std::any_of(ways.begin(), ways.end(), [](const auto* way) { return way->any_name; });
  }

  static bool goes_by_name(const RouteConfig& route) {
    const auto ways = forward::ways_of(route);
    return std::any_of(ways.begin(), ways.end(), [](const auto* way) { return way->host.empty(); });
  }

  // The choices as one route; nothing if there are none.
  static std::optional<RouteConfig> one_of(std::vector<RouteConfig> choices) {
    if (choices.empty()) return std::nullopt;
    if (choices.size() == 1) return std::move(choices.front());
    RouteConfig out;
    out.cluster = choices.front().cluster;
    out.choices = std::move(choices);
    return out;
  }

  // Where a chain's target leads, without names; nothing for what lets nothing through.
  std::optional<RouteConfig> route_to(const std::string& where, const FilterChain& chain,
                                      const topology::Target& target, std::uint32_t port) {
    if (target.weighted_clusters.empty()) return route_to(where, chain, target.cluster, port);
    std::vector<RouteConfig> choices;
    for (const topology::WeightedCluster& cluster : target.weighted_clusters) {
      if (cluster.weight == 0) continue;
      auto choice = route_to(where, chain, cluster.name, port);
      if (!choice) {
        tell(fmt::format("{}: the other weighted clusters get what {} would", where, cluster.name),
             chain.causes);
        continue;
      }
      choice->weight = cluster.weight;
      choices.push_back(*std::move(choice));
    }
    return one_of(std::move(choices));
  }

  // Where a chain's cluster leads, without names; nothing for what lets nothing through.
  std::optional<RouteConfig> route_to(const std::string& where, const FilterChain& chain,
                                      const std::string& name, std::uint32_t listener_port) {
    RouteConfig out;
    out.cluster = name;
    out.port = static_cast<std::uint16_t>(listener_port);
    if (name.empty() || name == topology::kBlackHoleCluster) return std::nullopt;
    if (name == topology::kPassthroughCluster) return to_original(std::move(out));
    const Cluster* cluster = proxy_.cluster(name);
    if (cluster == nullptr) {
      tell(fmt::format("{}: there is no cluster {}", where, name), chain.causes);
      return std::nullopt;
    }
    switch (cluster->type) {
      case ClusterType::Custom: {
        const auto port = forwarded_port(chain);
        if (!port) {
          tell(fmt::format("{}: nothing tells cluster {} which host to dial", where, name),
               chain.causes);
          return std::nullopt;
        }
        out.port = *port;
        out.any_name = true;
        to_upstream(out);
        return out;
      }
      case ClusterType::OriginalDst:
        if (!is_router()) return to_original(std::move(out));
        tell(fmt::format("{}: cluster {} leads where the client connected, the gateway itself",
                         where, name),
             cluster->causes);
        return std::nullopt;
      default: break;
    }
    if (cluster->endpoints.empty()) {
      if (!fill(where, *cluster, nullptr, out)) return std::nullopt;
      return out;
    }
    return to_endpoints(where, *cluster, out);
  }

  // Those that Kubernetes calls unready get something only when all are. A connection in the
  // cluster that is led elsewhere on this machine has one place to go.
  std::optional<RouteConfig> to_endpoints(const std::string& where, const Cluster& cluster,
                                          const RouteConfig& route) {
    const bool any_healthy = std::any_of(cluster.endpoints.begin(), cluster.endpoints.end(),
                                         [](const auto& endpoint) { return endpoint.healthy; });
    std::vector<RouteConfig> choices;
    for (const topology::Endpoint& endpoint : cluster.endpoints) {
      if (any_healthy && !endpoint.healthy) continue;
      RouteConfig choice = route;
      if (!fill(where, cluster, &endpoint, choice)) return std::nullopt;
      const auto same = [&](const RouteConfig& other) {
        return other.host == choice.host && other.port == choice.port;
      };
      if (std::none_of(choices.begin(), choices.end(), same)) choices.push_back(std::move(choice));
    }
    return one_of(std::move(choices));
  }

  // Without a firewall that redirects, the name says where the client wanted to go.
  RouteConfig to_original(RouteConfig route) const {
    route.original_destination = around_.transparent;
    route.any_name = !around_.transparent;
    if (!around_.transparent) to_upstream(route);
    return route;
  }

  void to_upstream(RouteConfig& route) const {
    if (!around_.upstream) return;
    route.host = around_.upstream->ip.to_string();
    route.port = around_.upstream->port;
    route.any_name = false;
  }

  // The address and the TLS of a cluster; `endpoint` is nullptr where none is known.
  bool fill(const std::string& where, const Cluster& cluster, const topology::Endpoint* endpoint,
            RouteConfig& out) {
    if (endpoint != nullptr) {
      out.host = endpoint->address;
      out.port = static_cast<std::uint16_t>(endpoint->port);
    } else if (!cluster.service.empty() && !is_wildcard(cluster.service)) {
      out.host = cluster.service;
      out.port = static_cast<std::uint16_t>(cluster.port);
    } else {
      tell(fmt::format("{}: cluster {} has no endpoint", where, cluster.name), cluster.causes);
      return false;
    }
    std::optional<topology::UpstreamTls> tls = cluster.tls;
    if (!tls && endpoint != nullptr && endpoint->mutual_tls && !cluster.tls_matches.empty())
      tls = cluster.tls_matches.front().tls;
    const std::uint16_t pod_port = out.port;
    const bool mesh = tls && tls->kind == TlsKind::IstioMutual;
    if (mesh) {
      out.internal_allowed = true;
      for (const GatewayAddress& gateway : around_.gateways)
        if (gateway.service_port == 0 || gateway.service_port == pod_port) {
          out.host = gateway.host;
          out.port = gateway.port;
        }
    } else {
      to_upstream(out);
    }
    return !tls || set_tls(where, cluster, *tls, out);
  }

  bool set_tls(const std::string& where, const Cluster& cluster, const topology::UpstreamTls& tls,
               RouteConfig& out) {
    forward::TlsConfig config;
    config.server_name = tls.sni;
    config.peer_names = tls.subject_alt_names;
    if (tls.kind == TlsKind::IstioMutual) {
      config.files = around_.files;
      config.given = around_.given;
      config.alpn = {kMeshAlpn};
      out.tls = std::move(config);
      return true;
    }
    if (!tls.certificates.empty()) {
      tell(fmt::format("{}: cluster {} shows the certificate {}, which is not at hand", where,
                       cluster.name, tls.certificates.front()),
           tls.causes);
      return false;
    }
    config.files = around_.host_authorities;
    config.given = around_.given_host_authorities;
    if (config.server_name.empty()) config.server_name = cluster.service;
    if (config.peer_names.empty()) config.peer_names = {config.server_name};
    config.alpn = {"http/1.1"};
    out.tls = std::move(config);
    return true;
  }

  // A chain of a gateway that ends the mesh's TLS.
  void end_tls(const std::string& where, const Listener& listener, const FilterChain& chain,
               RoleListener& out) {
    if (chain.tls->kind != TlsKind::IstioMutual)
      return tell(where + ": its server certificate is not at hand", chain.causes);
    RouteConfig route;
    route.names = names_of(chain.match);
    forward::TerminationConfig termination;
    termination.tls.files = around_.files;
    termination.tls.given = around_.given;
    termination.tls.alpn = {kMeshAlpn};
    std::vector<topology::Rbac> policies;
    for (const NetworkFilter& filter : chain.filters)
      policies.insert(policies.end(), filter.rbac.begin(), filter.rbac.end());
    const auto principals =
        allowed_principals(policies, route.names, listener.port, proxy_.settings);
    if (!principals)
      return tell(where +
                      ": its AuthorizationPolicies let nobody in, or ask for more than the name "
                      "in a client's certificate",
                  chain.causes);
    termination.tls.peer_names = *principals;
    for (const std::string& name : chain.tls->subject_alt_names)
      termination.tls.peer_names.push_back(name);
    if (!principals->empty() && !chain.tls->subject_alt_names.empty())
      return tell(where + ": both AuthorizationPolicies and subjectAltNames say who may come",
                  chain.causes);
    const std::optional<topology::Target> target = target_behind(where, chain);
    if (!target) return;
    route.cluster = target->cluster;
    if (const Listener* internal = internal_listener(target->cluster)) {
      termination.listener = internal->name;
      if (!add_inside(*internal, listener.port, termination)) return;
    } else {
      auto plain = route_to(where, chain, *target, listener.port);
      if (!plain) return;
      // Who asked for what can't be seen from outside the TLS inside.
      const bool by_name = goes_by_name(*plain);
      plain->names = by_name ? std::vector<std::string>{"*"} : route.names;
      if (!by_name) {
        route = std::move(*plain);
        termination.look_inside = false;
      } else {
        return tell(where + ": the forward proxy dials the outer name, which is none",
                    chain.causes);
      }
    }
    route.termination = std::move(termination);
    out.routes.push_back(std::move(route));
  }

  // What all of a chain leads to, HTTP or not; nothing when it can't be told.
  std::optional<topology::Target> target_behind(const std::string& where,
                                                const FilterChain& chain) {
    topology::Target target = chain.target();
    if (target.inline_routes) {
      if (target.cluster.empty()) target.cluster = target.inline_cluster();
      return target;
    }
    if (target.route_config.empty()) {
      if (target.empty()) return std::nullopt;
      return target;
    }
    const topology::RouteConfiguration* routes = proxy_.route(target.route_config);
    std::optional<topology::Target> found;
    bool several = routes == nullptr;
    for (std::size_t i = 0; routes != nullptr && i < routes->virtual_hosts.size(); ++i)
      for (const topology::Route& route : routes->virtual_hosts[i].routes) {
        several = several || !route.match.takes_all() || route.target.empty() ||
                  (found && *found != route.target);
        found = route.target;
      }
    if (!several && found) return found;
    tell(fmt::format("{}: HTTP routes that lead to several places", where), chain.causes);
    return std::nullopt;
  }

  [[nodiscard]] const Listener* internal_listener(const std::string& cluster_name) const {
    const Cluster* cluster = proxy_.cluster(cluster_name);
    if (cluster == nullptr || cluster->endpoints.empty()) return nullptr;
    std::string_view address = cluster->endpoints.front().address;
    if (!address.starts_with(kInternal)) return nullptr;
    address.remove_prefix(kInternal.size());
    while (address.ends_with('/')) address.remove_suffix(1);
    return proxy_.listener(address);
  }

  // What an internal listener takes, as the allow-list of the inner names.
  bool add_inside(const Listener& internal, std::uint32_t port,
                  forward::TerminationConfig& termination) {
    RoleListener inside;
    for (const FilterChain& chain : internal.filter_chains) {
      for (const NetworkFilter& filter : chain.filters)
        if (filter.name == topology::kNetworkRbac && compares_names(filter))
          termination.same_name = true;
      Listener one = internal;
      one.port = port;
      convert(one, chain, inside);
    }
    termination.inside = std::move(inside.routes);
    return !termination.inside.empty();
  }

  // A sidecar's HTTP: by the hosts of its virtual hosts, where a request's host tells all.
  void by_host(const std::string& where, const FilterChain& chain, RoleListener& out) {
    const topology::RouteConfiguration* routes = proxy_.route(chain.target().route_config);
    if (routes == nullptr) return tell(where + ": its HTTP routes are not known", chain.causes);
    for (const topology::VirtualHost& host : routes->virtual_hosts) {
      std::vector<std::string> names;
      for (const std::string& domain : host.domains)
        if (domain == "*" || host_problem(domain) == HostProblem::None) names.push_back(domain);
      if (names.empty() || host.routes.empty()) continue;
      const topology::Route& first = host.routes.front();
      if (first.direct_response) continue;  // it lets nothing through
      const std::string at = fmt::format("HTTP host {}", names.front());
      if (!first.match.takes_all() || first.target.empty()) {
        tell(fmt::format("{}: it is routed by more than its name", at), first.causes);
        continue;
      }
      auto route = route_to(at, chain, first.target, out.port);
      if (!route) continue;
      route->names = std::move(names);
      out.plain.push_back(*std::move(route));
    }
  }

  const topology::Topology& proxy_;
  const Surroundings& around_;
  std::map<std::uint16_t, RoleListener> by_port_;
  ProxyRoles out_;
};

}  // namespace

ProxyRoles roles_of(const topology::Topology& proxy, const Surroundings& around) {
  return Converter(proxy, around).run();
}

}  // namespace egressctl::datapath
