#include "lib/bootstrap/clusters.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "lib/base/ip_address.h"
#include "lib/bootstrap/addresses.h"
#include "lib/bootstrap/filters.h"
#include "lib/bootstrap/limits.h"
#include "lib/bootstrap/tls.h"
#include "lib/bootstrap/written.h"

namespace egressctl::bootstrap {
namespace {

using topology::Cluster;
using topology::ClusterType;
using topology::Endpoint;

constexpr std::string_view kClusterType = "envoy.config.cluster.v3.Cluster";
constexpr std::string_view kUnknownAddress = "pod:";
constexpr std::string_view kRawSocket = "envoy.transport_sockets.raw_buffer";

bool is_name(const Endpoint& endpoint) {
  return !IpAddress::parse(endpoint.address) && endpoint.address.find("://") == std::string::npos;
}

Json endpoint_of(const Endpoint& endpoint, bool labelled) {
  Json out = {{"endpoint", {{"address", address_of(endpoint.address, endpoint.port)}}}};
  if (labelled && endpoint.mutual_tls)
    out["metadata"] = {
        {"filter_metadata", {{"envoy.transport_socket_match", {{"tlsMode", "istio"}}}}}};
  if (!endpoint.healthy) out["health_status"] = "UNHEALTHY";
  return out;
}

// The endpoints that an address is known of.
std::vector<Endpoint> usable(Build& build, const Cluster& cluster) {
  std::vector<Endpoint> out;
  for (const Endpoint& endpoint : cluster.endpoints) {
    if (!endpoint.address.starts_with(kUnknownAddress)) {
      out.push_back(endpoint);
      continue;
    }
    build.note(
        fmt::format("nothing tells the addresses of {}'s pods; name one with --endpoint {}=IP:PORT",
                    cluster.service, cluster.service));
  }
  return out;
}

const EndpointOverride* override_for(const Options& options, const Cluster& cluster) {
  if (const auto* named = override_of(options, cluster.name, cluster.port)) return named;
  return cluster.service.empty() ? nullptr : override_of(options, cluster.service, cluster.port);
}

Json assignment(const std::string& name, const std::vector<Endpoint>& endpoints, bool labelled) {
  Json out = {{"cluster_name", name}};
  if (endpoints.empty()) return out;
  Json list = Json::array();
  for (const Endpoint& endpoint : endpoints) list.push_back(endpoint_of(endpoint, labelled));
  out["endpoints"] = Json::array({{{"lb_endpoints", std::move(list)}}});
  return out;
}

std::string_view family(const Build& build) {
  switch (build.topology.proxy.ip_mode()) {
    case topology::IpMode::V6: return "V6_ONLY";
    case topology::IpMode::Dual: return "ALL";
    default: return "V4_ONLY";
  }
}

void set_type(const Build& build, const Cluster& cluster, const std::vector<Endpoint>& endpoints,
              Json& out) {
  if (cluster.type == ClusterType::Custom) {
    out["cluster_type"] =
        extension(cluster.custom_type, "clusters.dynamic_forward_proxy.v3.ClusterConfig",
                  {{"dns_cache_config", dns_cache(build, cluster.name)}});
    return;
  }
  const bool resolved = std::any_of(endpoints.begin(), endpoints.end(), is_name);
  const bool logical = cluster.type == ClusterType::LogicalDns && endpoints.size() == 1;
  if (cluster.type == ClusterType::OriginalDst) {
    out["type"] = "ORIGINAL_DST";
  } else if (resolved) {
    out["type"] = logical ? "LOGICAL_DNS" : "STRICT_DNS";
    out["dns_lookup_family"] = family(build);
    out["dns_refresh_rate"] = "60s";
    out["respect_dns_ttl"] = true;
  } else {
    out["type"] = "STATIC";
  }
}

// Without redirection such a cluster would connect to the listener that the client came by.
void stop_loops(Build& build, const Cluster& cluster, Json& out) {
  if (out.value("type", "") != "ORIGINAL_DST" || !build.listens_directly()) return;
  out["type"] = "STATIC";
  out.erase("lb_policy");
  // The one for what comes in is of no use where nothing is redirected.
  if (cluster.name == "InboundPassthroughCluster") return;
  build.note(fmt::format(
      "cluster \"{}\" leads to where the client meant to connect, which nothing tells without "
      "iptables; name a place with --endpoint {}=IP:PORT",
      cluster.name, cluster.name));
}

void set_http(const Cluster& cluster, Json& out) {
  const bool by_host = cluster.tls && (cluster.tls->auto_sni || cluster.tls->auto_san_validation);
  Json common = connection_options(cluster);
  if (!cluster.http2 && !by_host && common.is_null()) return;
  Json protocol = cluster.http2 ? Json{{"http2_protocol_options", http2_options(cluster)}}
                                : Json{{"http_protocol_options", Json::object()}};
  Json options = {
      {"@type", "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"},
      {"explicit_http_config", std::move(protocol)}};
  if (!common.is_null()) options["common_http_protocol_options"] = std::move(common);
  if (by_host)
    options["upstream_http_protocol_options"] = {
        {"auto_sni", cluster.tls->auto_sni},
        {"auto_san_validation", cluster.tls->auto_san_validation}};
  out["typed_extension_protocol_options"] = {
      {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions", std::move(options)}};
}

Json raw_socket() {
  return extension(kRawSocket, "transport_sockets.raw_buffer.v3.RawBuffer");
}

void set_tls(Build& build, const Cluster& cluster, Json& out) {
  if (cluster.tls) out["transport_socket"] = transport_socket(build, *cluster.tls);
  if (cluster.other_socket != nullptr)
    out["transport_socket"] =
        merged({{{cluster.other_socket}}, true}, "envoy.config.core.v3.TransportSocket");
  for (const topology::UpstreamTlsMatch& match : cluster.tls_matches) {
    Json one = {{"name", match.name}, {"match", Json::object()}};
    if (match.tls) one["match"]["tlsMode"] = "istio";
    one["transport_socket"] = match.tls ? transport_socket(build, *match.tls) : raw_socket();
    out["transport_socket_matches"].push_back(std::move(one));
  }
}

std::string connect_timeout(const Build& build) {
  const resource::MeshConfig* config = build.settings.mesh_config;
  if (config == nullptr || !config->connect_timeout.present()) return "10s";
  return duration_text(*config->connect_timeout);
}

Json of_istiod(Build& build, const Cluster& cluster, const std::vector<Endpoint>& endpoints) {
  Json out = {{"name", cluster.name}};
  set_type(build, cluster, endpoints, out);
  out["connect_timeout"] = connect_timeout(build);
  if (cluster.name != topology::kBlackHoleCluster) set_limits(cluster, out);
  if (cluster.lb_policy != topology::LbPolicy::RoundRobin)
    out["lb_policy"] = topology::to_string(cluster.lb_policy);
  if (cluster.type != ClusterType::Custom && cluster.type != ClusterType::OriginalDst)
    out["load_assignment"] = assignment(cluster.name, endpoints, !cluster.tls_matches.empty());
  set_http(cluster, out);
  set_tls(build, cluster, out);
  return out;
}

Json cluster_of(Build& build, const Cluster& cluster) {
  const EndpointOverride* given = override_for(build.options, cluster);
  std::vector<Endpoint> endpoints;
  if (given == nullptr) {
    endpoints = usable(build, cluster);
  } else {
    const bool mutual = std::any_of(cluster.endpoints.begin(), cluster.endpoints.end(),
                                    [](const Endpoint& one) { return one.mutual_tls; });
    endpoints.push_back({.address = given->to.ip, .port = given->to.port, .mutual_tls = mutual});
  }
  Json out;
  if (cluster.written.whole) {
    out = merged(cluster.written, kClusterType);
    if (cluster.tls) out["transport_socket"] = transport_socket(build, *cluster.tls);
  } else {
    out = of_istiod(build, cluster, endpoints);
    complete(out, cluster.written, kClusterType);
  }
  if (given != nullptr) {
    out.erase("cluster_type");
    if (out.value("lb_policy", "") == "CLUSTER_PROVIDED") out.erase("lb_policy");
    out["type"] = "STATIC";
    out["load_assignment"] = assignment(cluster.name, endpoints, !cluster.tls_matches.empty());
  }
  stop_loops(build, cluster, out);
  return out;
}

}  // namespace

Json clusters(Build& build) {
  Json out = Json::array();
  for (const Cluster& cluster : build.topology.clusters) out.push_back(cluster_of(build, cluster));
  return out;
}

}  // namespace egressctl::bootstrap
