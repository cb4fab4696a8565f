#include "lib/mesh/gateway_api_routes.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/mesh/gateway_api_backends.h"
#include "lib/mesh/gateway_api_parents.h"
#include "lib/mesh/gateway_api_parts.h"
#include "lib/mesh/host.h"

namespace egressctl::mesh::gateway_api {
namespace {

using resource::Kind;
using resource::KubernetesRoute;
using resource::Positioned;
using resource::Resource;
using resource::Text;
using TcpRoutes = std::vector<Positioned<resource::TcpRoute>>;
using TlsRoutes = std::vector<Positioned<resource::TlsRoute>>;

// Where connections of a rule without backends go: to a cluster that there is not.
//
// Source: conversion.go (convertTCPRoute, convertTLSRoute).
resource::List<resource::RouteDestination> nowhere(
    const Positioned<resource::KubernetesRouteRule>& rule) {
  resource::Destination destination;
  destination.host = placed(std::string("internal.cluster.local"), rule);
  destination.subset = placed(std::string("zero-weight"), rule);
  resource::PortSelector port;
  port.number = placed(std::int64_t{65535}, rule);
  destination.port = placed(port, rule);
  resource::RouteDestination out;
  out.destination = placed(std::move(destination), rule);
  return one(std::move(out), rule);
}

SourceRange hosts_range(const std::vector<Text>& hosts) {
  return hosts.empty() ? SourceRange() : hosts.front().range;
}

class L4Converter {
 public:
  L4Converter(const RouteSources& sources, const Resource& route, std::deque<Resource>& out)
      : sources_(sources), resource_(route), route_(*route.as<KubernetesRoute>()), out_(out) {}

  void convert() {
    for (const Parent& parent : parents_of(sources_, resource_))
      if (resource_.kind == Kind::TlsRoute) {
        add_tls(parent);
      } else {
        add_tcp(parent);
      }
  }

 private:
  // The rules with their destinations; empty when istiod refuses one.
  template <typename Route>
  std::vector<Positioned<Route>> rules_for(const Parent& parent) const {
    std::vector<Positioned<Route>> out;
    for (const auto& rule : *route_.rules) {
      auto targets = weights_of(*rule) == 0
                         ? std::optional(nowhere(rule))
                         : destinations_of(sources_, resource_, *rule, parent.is_mesh());
      if (!targets) return {};
      Route route;
      route.route = *std::move(targets);
      out.push_back(placed(std::move(route), rule));
    }
    return out;
  }

  // Source: route_collections.go (TLSRouteCollection).
  void add_tls(const Parent& parent) {
    const std::vector<Text> hosts =
        parent.is_mesh() ? parent.hosts
                         : shared_hosts(hosts_of(route_), (*parent.listener->listener)->hostname);
    const SourceRange written =
        route_.hostnames->empty() ? hosts_range(hosts) : route_.hostnames.range;
    const TlsRoutes rules = rules_for<resource::TlsRoute>(parent);
    for (const Text& host : hosts) {
      const std::vector<Text> names = server_names(parent, host, hosts);
      TlsRoutes routes = rules;
      for (auto& route : routes) {
        resource::TlsMatch match;
        const SourceRange range = names.size() == 1 ? names.front().range : written;
        match.sni_hosts = placed(names, range, host.node);
        if (parent.is_mesh()) match.port = (*parent.ref)->port;
        route.value.match = one(match, match.sni_hosts);
      }
      resource::VirtualService service;
      service.tls = placed(std::move(routes), route_.rules);
      add("tls", parent, host, std::move(service));
    }
  }

  // Source: conversion.go (augmentTLSPortMatch, compatibleRoutesForHost,
  // constrainTLSRoutesToListenerHost).
  [[nodiscard]] std::vector<Text> server_names(const Parent& parent, const Text& host,
                                               const std::vector<Text>& hosts) const {
    if (!parent.is_mesh()) return hosts;
    if (route_.hostnames->empty()) return hosts;
    if (route_.hostnames->size() == 1) return *route_.hostnames;
    std::vector<Text> out;
    for (const Text& name : *route_.hostnames)
      if (hosts_overlap(*host, *name)) out.push_back(name);
    return out;
  }

  // Source: route_collections.go (TCPRouteCollection).
  void add_tcp(const Parent& parent) {
    TcpRoutes routes = rules_for<resource::TcpRoute>(parent);
    const resource::Number& port = (*parent.ref)->port;
    if (parent.is_mesh() && port.present())
      for (auto& route : routes) {
        resource::TcpMatch match;
        match.port = port;
        route.value.match = one(std::move(match), port);
      }
    const std::vector<Text> any = {placed(std::string("*"), *parent.ref)};
    for (const Text& host : parent.is_mesh() ? parent.hosts : any) {
      resource::VirtualService service;
      service.tcp = placed(routes, route_.rules);
      add("tcp", parent, host, std::move(service));
    }
  }

  void add(std::string_view protocol, const Parent& parent, const Text& host,
           resource::VirtualService service) {
    service.hosts = one(*host, host);
    service.gateways = one(parent.gateway, *parent.ref);
    out_.push_back(derive(
        resource_, Kind::VirtualService,
        fmt::format("{}~{}~{}~{}", *resource_.metadata.name, protocol, count_++, kInternalName),
        std::move(service)));
  }

  const RouteSources& sources_;
  const Resource& resource_;
  const KubernetesRoute& route_;
  std::deque<Resource>& out_;
  int count_ = 0;
};

}  // namespace

void add_routes(const RouteSources& sources, std::deque<Resource>& out) {
  for (const Kind kind : {Kind::TlsRoute, Kind::TcpRoute})
    for (const Resource* route : sources.mesh.all(kind))
      L4Converter(sources, *route, out).convert();
}

}  // namespace egressctl::mesh::gateway_api
