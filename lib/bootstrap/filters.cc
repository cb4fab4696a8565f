#include "lib/bootstrap/filters.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <fmt/format.h>

#include "lib/bootstrap/access_log.h"
#include "lib/bootstrap/rbac.h"
#include "lib/bootstrap/routes.h"
#include "lib/bootstrap/written.h"

namespace egressctl::bootstrap {
namespace {

using topology::NetworkFilter;
using topology::Target;

constexpr std::string_view kFilterType = "envoy.config.listener.v3.Filter";
constexpr std::string_view kListenerFilterType = "envoy.config.listener.v3.ListenerFilter";
constexpr std::string_view kOfIstio = "istio";

struct ListenerFilterType {
  std::string_view name;
  std::string_view type;
};

constexpr std::array<ListenerFilterType, 4> kListenerFilters = {{
    {topology::kTlsInspector, "filters.listener.tls_inspector.v3.TlsInspector"},
    {topology::kHttpInspector, "filters.listener.http_inspector.v3.HttpInspector"},
    {"envoy.filters.listener.original_dst", "filters.listener.original_dst.v3.OriginalDst"},
    {"envoy.filters.listener.proxy_protocol", "filters.listener.proxy_protocol.v3.ProxyProtocol"},
}};

// Whether Istio's build of Envoy alone has it.
bool is_istios_own(std::string_view name) {
  return name.starts_with(kOfIstio);
}

Json weighted(const std::vector<topology::WeightedCluster>& clusters) {
  Json out = Json::array();
  for (const auto& cluster : clusters)
    out.push_back({{"name", cluster.name}, {"weight", cluster.weight}});
  return {{"clusters", std::move(out)}};
}

Json tcp_proxy(const Build& build, const NetworkFilter& filter) {
  const Target& target = filter.target;
  Json fields = Json::object();
  if (target.weighted_clusters.empty()) {
    fields["stat_prefix"] = target.cluster;
    fields["cluster"] = target.cluster;
  } else {
    fields["stat_prefix"] = target.weighted_clusters.front().name;
    fields["weighted_clusters"] = weighted(target.weighted_clusters);
  }
  fields["access_log"] = access_log(build);
  return extension(topology::kTcpProxy, "filters.network.tcp_proxy.v3.TcpProxy", std::move(fields));
}

Json rbac(const Build& build, const NetworkFilter& filter) {
  if (filter.rbac.empty()) return Json::object();
  Json fields = rbac_config(filter.rbac.front(), false, build.topology.settings);
  if (fields.empty()) return Json();
  fields["stat_prefix"] = "tcp.";
  return extension(topology::kNetworkRbac, "filters.network.rbac.v3.RBAC", std::move(fields));
}

// Where the routes lead and the name is that of the request, by clusters that know only what the
// manager's filter has looked up. Gateways get no such filter.
//
// Source: istio/istio pilot/pkg/networking/core/listener_builder.go (buildHTTPConnectionManager).
// istiod looks at the first Service of the port alone.
std::set<std::string> resolving_clusters(const topology::Topology& topology, const Target& target) {
  std::set<std::string> out;
  if (topology.proxy.type != topology::ProxyType::Sidecar) return out;
  const auto add = [&](const std::string& name) {
    const topology::Cluster* cluster = topology.cluster(name);
    if (cluster != nullptr && cluster->type == topology::ClusterType::Custom) out.insert(name);
  };
  if (target.inline_routes) add(target.inline_cluster());
  const topology::RouteConfiguration* routes = topology.route(target.route_config);
  if (routes == nullptr) return out;
  for (const topology::VirtualHost& host : routes->virtual_hosts)
    for (const topology::Route& route : host.routes) {
      add(route.target.cluster);
      for (const auto& weighted : route.target.weighted_clusters) add(weighted.name);
    }
  return out;
}

Json http_manager(const Build& build, const NetworkFilter& filter) {
  Json filters = Json::array();
  for (const topology::Rbac& part : filter.rbac) {
    Json fields = rbac_config(part, true, build.topology.settings);
    if (!fields.empty())
      filters.push_back(
          extension("envoy.filters.http.rbac", "filters.http.rbac.v3.RBAC", std::move(fields)));
  }
  for (const std::string& cluster : resolving_clusters(build.topology, filter.target))
    filters.push_back(extension("envoy.filters.http.dynamic_forward_proxy",
                                "filters.http.dynamic_forward_proxy.v3.FilterConfig",
                                {{"dns_cache_config", dns_cache(build, cluster)}}));
  filters.push_back(extension("envoy.filters.http.router", "filters.http.router.v3.Router"));
  return extension(topology::kHttpConnectionManager,
                   "filters.network.http_connection_manager.v3.HttpConnectionManager",
                   {{"stat_prefix", filter.target.route_config},
                    {"route_config", route_config(build.topology, filter.target)},
                    {"http_filters", std::move(filters)},
                    {"access_log", access_log(build)},
                    {"normalize_path", true},
                    {"upgrade_configs", Json::array({{{"upgrade_type", "websocket"}}})}});
}

// istiod's own, for hosts that are resolved when they are asked for.
Json sni_forward_proxy(const Build& build, const topology::FilterChain& chain) {
  const std::string& cluster = chain.target().cluster;
  const topology::Cluster* found = build.topology.cluster(cluster);
  return extension(topology::kSniForwardProxy,
                   "filters.network.sni_dynamic_forward_proxy.v3.FilterConfig",
                   {{"port_value", found != nullptr ? found->port : 443},
                    {"dns_cache_config", dns_cache(build, cluster)}});
}

// What istiod would make of it, without the patches; empty for a filter of no known kind.
Json of_istiod(const Build& build, const topology::FilterChain& chain,
               const NetworkFilter& filter) {
  if (filter.name == topology::kTcpProxy) return tcp_proxy(build, filter);
  if (filter.name == topology::kNetworkRbac) return rbac(build, filter);
  if (filter.name == topology::kHttpConnectionManager) return http_manager(build, filter);
  if (filter.name == topology::kOwnSniForwardProxy) return sni_forward_proxy(build, chain);
  return {{"name", filter.name}};
}

// A patch's own connection manager may ask for its routes by name; here they stand in it.
void inline_routes(const Build& build, const NetworkFilter& filter, Json& made) {
  const auto config = made.find("typed_config");
  if (config == made.end() || config->erase("rds") == 0) return;
  (*config)["route_config"] = route_config(build.topology, filter.target);
}

}  // namespace

Json dns_cache(const Build& build, const std::string& cluster) {
  const topology::IpMode mode = build.topology.proxy.ip_mode();
  return {{"name", cluster},
          {"dns_lookup_family", mode == topology::IpMode::V6 ? "V6_ONLY" : "V4_ONLY"}};
}

Json network_filters(Build& build, const topology::FilterChain& chain) {
  Json out = Json::array();
  for (const NetworkFilter& filter : chain.filters) {
    if (is_istios_own(filter.name)) {
      build.note(fmt::format("left out network filter \"{}\": a stock Envoy does not have it",
                             filter.name));
      continue;
    }
    Json made;
    if (filter.written.whole) {
      made = merged(filter.written, kFilterType);
      inline_routes(build, filter, made);
    } else {
      made = of_istiod(build, chain, filter);
      if (!made.is_null()) complete(made, filter.written, kFilterType);
    }
    if (!made.is_null()) {
      out.push_back(std::move(made));
    } else {
      build.note("left out AuthorizationPolicies that only audit or that ask an external server");
    }
  }
  return out;
}

Json listener_filter(Build& build, const topology::ListenerFilter& filter) {
  if (is_istios_own(filter.name)) {
    build.note(fmt::format("left out listener filter \"{}\": a stock Envoy does not have it",
                           filter.name));
    return nullptr;
  }
  if (filter.written.whole) return merged(filter.written, kListenerFilterType);
  const auto* const known =
      std::find_if(kListenerFilters.begin(), kListenerFilters.end(),
                   [&](const ListenerFilterType& one) { return one.name == filter.name; });
  Json made = known == kListenerFilters.end() ? Json{{"name", filter.name}}
                                              : extension(known->name, known->type);
  complete(made, filter.written, kListenerFilterType);
  return made;
}

}  // namespace egressctl::bootstrap
