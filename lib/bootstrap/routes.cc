#include "lib/bootstrap/routes.h"

#include "lib/bootstrap/written.h"
#include "lib/topology/route_json.h"

namespace egressctl::bootstrap {
namespace {

using topology::Route;
using topology::VirtualHost;

constexpr std::string_view kRouteType = "envoy.config.route.v3.Route";
constexpr std::string_view kHostType = "envoy.config.route.v3.VirtualHost";
constexpr std::string_view kConfigType = "envoy.config.route.v3.RouteConfiguration";

Json action_of(const topology::Target& target) {
  if (target.weighted_clusters.empty()) return {{"cluster", target.cluster}};
  Json clusters = Json::array();
  for (const auto& cluster : target.weighted_clusters)
    clusters.push_back({{"name", cluster.name}, {"weight", cluster.weight}});
  return {{"weighted_clusters", {{"clusters", std::move(clusters)}}}};
}

Json route_of(const Route& route) {
  if (route.written.whole) return merged(route.written, kRouteType);
  Json out = Json::object();
  if (!route.name.empty()) out["name"] = route.name;
  out["match"] = topology::to_json(route.match);
  if (route.redirect) {
    out["redirect"] = topology::to_json(*route.redirect);
  } else if (route.direct_response) {
    out["direct_response"] = {{"status", *route.direct_response}};
  } else {
    out["route"] = action_of(route.target);
  }
  complete(out, route.written, kRouteType);
  return out;
}

Json host_of(const VirtualHost& host) {
  Json out = host.written.whole ? merged(host.written, kHostType) : Json::object();
  out["name"] = host.name;
  out["domains"] = host.domains;
  Json& routes = out["routes"] = Json::array();
  for (const Route& route : host.routes) routes.push_back(route_of(route));
  if (host.require_tls) out["require_tls"] = "ALL";
  complete(out, host.written, kHostType);
  return out;
}

// One route for everything, as inbound listeners have it.
Json inline_config(const std::string& name, const std::string& cluster) {
  const Json route = {{"match", {{"prefix", "/"}}}, {"route", {{"cluster", cluster}}}};
  const Json host = {{"name", "inbound|http|0"},
                     {"domains", Json::array({"*"})},
                     {"routes", Json::array({route})}};
  return {{"name", name}, {"validate_clusters", false}, {"virtual_hosts", Json::array({host})}};
}

}  // namespace

Json route_config(const topology::Topology& topology, const topology::Target& target) {
  if (target.inline_routes) return inline_config(target.route_config, target.inline_cluster());
  Json out = {{"name", target.route_config},
              {"validate_clusters", false},
              {"virtual_hosts", Json::array()}};
  const topology::RouteConfiguration* config = topology.route(target.route_config);
  if (config == nullptr) return out;
  for (const VirtualHost& host : config->virtual_hosts)
    out["virtual_hosts"].push_back(host_of(host));
  complete(out, config->written, kConfigType);
  return out;
}

}  // namespace egressctl::bootstrap
