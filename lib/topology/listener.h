// Where a proxy listens, and what it does with a connection there.
//
// Source: envoy.config.listener.v3.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/topology/cause.h"
#include "lib/topology/tls_context.h"
#include "lib/topology/written.h"

namespace egressctl::topology {

inline constexpr std::string_view kTcpProxy = "envoy.filters.network.tcp_proxy";
inline constexpr std::string_view kHttpConnectionManager =
    "envoy.filters.network.http_connection_manager";
inline constexpr std::string_view kNetworkRbac = "envoy.filters.network.rbac";
inline constexpr std::string_view kSniForwardProxy =
    "envoy.filters.network.sni_dynamic_forward_proxy";
// As istiod calls it where it puts it in itself.
inline constexpr std::string_view kOwnSniForwardProxy =
    "envoy.extensions.filters.network.sni_dynamic_forward_proxy";
inline constexpr std::string_view kMetadataExchange = "istio.metadata_exchange";
inline constexpr std::string_view kTlsInspector = "envoy.filters.listener.tls_inspector";
inline constexpr std::string_view kHttpInspector = "envoy.filters.listener.http_inspector";
inline constexpr std::string_view kVirtualOutbound = "virtualOutbound";
inline constexpr std::string_view kVirtualInbound = "virtualInbound";

// All parts must hold; an empty one always does.
struct FilterChainMatch {
  std::vector<std::string> server_names;
  std::string transport_protocol;  // "tls" or "raw_buffer"
  std::vector<std::string> application_protocols;
  std::vector<std::string> prefix_ranges;  // "10.0.0.0/8", of the destination
  std::vector<std::string> source_prefix_ranges;
  std::optional<std::uint32_t> destination_port;

  [[nodiscard]] bool empty() const;
  bool operator==(const FilterChainMatch&) const = default;
};

// The routes of requests for hosts that no one registered, with ALLOW_ANY_DYNAMIC_DNS.
inline constexpr std::string_view kAllowAnyDynamicDns = "allow_any_dynamic_dns";

// The routes of a sidecar's own HTTP proxy.
inline constexpr std::string_view kHttpProxyRoutes = "http_proxy";

struct WeightedCluster {
  std::string name;
  std::uint32_t weight = 0;

  bool operator==(const WeightedCluster&) const = default;
};

// Where a connection goes: at most one of the three is there.
struct Target {
  std::string cluster;
  std::vector<WeightedCluster> weighted_clusters;
  std::string route_config;    // the name of a RouteConfiguration
  bool inline_routes = false;  // it is part of the filter and leads to one cluster

  [[nodiscard]] bool empty() const;

  // Of inline routes: the cluster, which mostly has their name.
  [[nodiscard]] std::string inline_cluster() const;

  bool operator==(const Target&) const = default;
};

// What AuthorizationPolicies of one action ask for.
struct Rbac {
  resource::AuthorizationAction action = resource::AuthorizationAction::Allow;
  bool dry_run = false;  // all of them are only counted
  // Of CUSTOM: the extension provider that is asked. One that can't be asked (the mesh has none of
  // that name, or there are several in use) refuses all that the policies match.
  std::string_view provider;
  bool refuses = false;
  bool http_only = false;  // of CUSTOM: the provider does not check TCP connections
  std::vector<const resource::Resource*> policies;  // AuthorizationPolicies, in their order
};

// One that an EnvoyFilter put into an HTTP connection manager. What it does is not computed.
struct HttpFilter {
  std::string name;
  Causes causes;
};

struct NetworkFilter {
  std::string name;
  Target target;           // of a tcp_proxy or an HTTP connection manager
  std::vector<Rbac> rbac;  // of kNetworkRbac: one; of a connection manager: any number
  std::vector<HttpFilter> http_filters = {};  // of a connection manager
  const yaml::Node* config =
      nullptr;  // `typed_config` of one that an EnvoyFilter put in, as written
  Causes causes;
  Written written = {};
};

struct FilterChain {
  std::string name;
  FilterChainMatch match;
  std::vector<NetworkFilter> filters;
  std::optional<DownstreamTls> tls;  // std::nullopt: TLS is not ended here
  Causes causes;
  Written written = {};

  // Of the last filter that has one; an empty one when none has.
  [[nodiscard]] const Target& target() const;
  [[nodiscard]] const NetworkFilter* filter(std::string_view wanted) const;  // or nullptr
  // The filter that connects to whatever name the SNI says, or nullptr.
  [[nodiscard]] const NetworkFilter* sni_forwarder() const;
};

struct ListenerFilter {
  std::string name;
  Causes causes;
  Written written = {};
};

struct Listener {
  std::string name;
  std::string address;  // an IP or "unix:///path"; empty for an internal listener
  std::uint32_t port = 0;
  std::optional<bool> bind_to_port;  // std::nullopt: Envoy's default, which is true
  bool internal = false;             // reached from a cluster with an internal address only
  std::vector<std::string> additional_addresses;
  std::vector<ListenerFilter> listener_filters;
  std::vector<FilterChain> filter_chains;
  std::optional<FilterChain> default_filter_chain;  // when no other chain matches
  Causes causes;
  Written written = {};
};

}  // namespace egressctl::topology
