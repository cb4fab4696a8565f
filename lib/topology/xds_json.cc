#include "lib/topology/xds_json.h"

#include <nlohmann/json.hpp>

#include "lib/topology/route_json.h"
#include "lib/yaml/emit.h"

namespace egressctl::topology {
namespace {

Json to_json(const FilterChainMatch& match) {
  Json out = Json::object();
  if (!match.server_names.empty()) out["server_names"] = match.server_names;
  if (!match.transport_protocol.empty()) out["transport_protocol"] = match.transport_protocol;
  if (!match.application_protocols.empty())
    out["application_protocols"] = match.application_protocols;
  if (match.destination_port) out["destination_port"] = *match.destination_port;
  if (!match.prefix_ranges.empty()) out["prefix_ranges"] = match.prefix_ranges;
  if (!match.source_prefix_ranges.empty()) out["source_prefix_ranges"] = match.source_prefix_ranges;
  return out;
}

Json to_json(const std::vector<WeightedCluster>& clusters) {
  Json out = Json::array();
  for (const WeightedCluster& cluster : clusters)
    out.push_back(Json::array({cluster.name, cluster.weight}));
  return out;
}

void add_target(const Target& target, Json& out) {
  if (!target.cluster.empty()) out["cluster"] = target.cluster;
  if (!target.weighted_clusters.empty())
    out["weighted_clusters"] = to_json(target.weighted_clusters);
  if (!target.route_config.empty()) out["route_config"] = target.route_config;
}

Json to_json(const DownstreamTls& tls) {
  Json out = Json::object();
  if (tls.require_client_certificate) out["require_client_certificate"] = true;
  if (!tls.alpn.empty()) out["alpn"] = tls.alpn;
  if (!tls.subject_alt_names.empty()) out["subject_alt_names"] = tls.subject_alt_names;
  if (!tls.certificates.empty()) out["certificate"] = tls.certificates;
  return out;
}

Json to_json(const UpstreamTls& tls) {
  Json out = Json::object();
  if (!tls.sni.empty()) out["sni"] = tls.sni;
  if (!tls.alpn.empty()) out["alpn"] = tls.alpn;
  if (!tls.subject_alt_names.empty()) out["subject_alt_names"] = tls.subject_alt_names;
  if (!tls.certificates.empty()) out["certificate"] = tls.certificates;
  return out;
}

Json to_json(const FilterChain& chain) {
  Json out = Json::object();
  out["match"] = to_json(chain.match);
  Json& filters = out["filters"] = Json::array();
  for (const NetworkFilter& filter : chain.filters) filters.push_back(filter.name);
  for (const NetworkFilter& filter : chain.filters) add_target(filter.target, out);
  if (chain.tls) out["downstream_tls"] = to_json(*chain.tls);
  return out;
}

Json to_json(const Listener& listener) {
  Json out = Json::object();
  out["name"] = listener.name;
  out["address"] = listener.address;
  out["port"] = listener.port;
  if (listener.internal) out["internal"] = true;
  if (listener.bind_to_port) out["bind_to_port"] = *listener.bind_to_port;
  Json& filters = out["listener_filters"] = Json::array();
  for (const ListenerFilter& filter : listener.listener_filters) filters.push_back(filter.name);
  Json& chains = out["filter_chains"] = Json::array();
  for (const FilterChain& chain : listener.filter_chains) chains.push_back(to_json(chain));
  if (listener.default_filter_chain)
    out["default_filter_chain"] = to_json(*listener.default_filter_chain);
  return out;
}

Json to_json(const Cluster& cluster) {
  Json out = Json::object();
  out["name"] = cluster.name;
  out["type"] = type_name(cluster);
  if (cluster.type == ClusterType::Eds || !cluster.endpoints.empty()) {
    Json& endpoints = out["endpoints"] = Json::array();
    for (const Endpoint& endpoint : cluster.endpoints) endpoints.push_back(endpoint.text());
  }
  if (cluster.lb_policy != LbPolicy::RoundRobin) out["lb_policy"] = to_string(cluster.lb_policy);
  if (cluster.tls) out["upstream_tls"] = to_json(*cluster.tls);
  if (cluster.tls_matches.empty()) return out;
  Json& matches = out["upstream_tls_matches"] = Json::array();
  for (const UpstreamTlsMatch& match : cluster.tls_matches)
    matches.push_back(
        {{"name", match.name}, {"upstream_tls", match.tls ? to_json(*match.tls) : Json(nullptr)}});
  return out;
}

// Keys as protobuf names them; Envoy's JSON allows lowerCamelCase, too.
Json with_field_names(Json value) {
  if (value.is_array())
    for (Json& item : value) item = with_field_names(std::move(item));
  if (!value.is_object()) return value;
  Json out = Json::object();
  for (auto& [key, item] : value.items()) {
    std::string name;
    for (const char c : key)
      if (c >= 'A' && c <= 'Z') {
        name.append(1, '_').append(1, static_cast<char>(c - 'A' + 'a'));
      } else {
        name.append(1, c);
      }
    out[name] = with_field_names(std::move(item));
  }
  return out;
}

Json to_json(const Route& route) {
  Json out = Json::object();
  out["match"] = route.raw_match != nullptr
                     ? with_field_names(Json::parse(yaml::to_json(*route.raw_match)))
                     : to_json(route.match);
  add_target(route.target, out);
  if (route.direct_response) out["direct_response"] = *route.direct_response;
  if (route.redirect) out["redirect"] = to_json(*route.redirect);
  return out;
}

Json to_json(const RouteConfiguration& configuration) {
  Json out = Json::object();
  out["name"] = configuration.name;
  Json& hosts = out["virtual_hosts"] = Json::array();
  for (const VirtualHost& host : configuration.virtual_hosts) {
    Json item = {{"name", host.name}, {"domains", host.domains}, {"routes", Json::array()}};
    for (const Route& route : host.routes) item["routes"].push_back(to_json(route));
    if (host.require_tls) item["require_tls"] = "ALL";
    hosts.push_back(std::move(item));
  }
  return out;
}

template <typename T>
Json to_list(const std::vector<T>& items) {
  Json out = Json::array();
  for (const T& item : items) out.push_back(to_json(item));
  return out;
}

}  // namespace

std::string to_xds_json(const Topology& topology, const XdsParts& parts) {
  Json out = Json::object();
  if (parts.listeners) out["listeners"] = to_list(topology.listeners);
  if (parts.clusters) out["clusters"] = to_list(topology.clusters);
  if (parts.routes) out["routes"] = to_list(topology.routes);
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace egressctl::topology
