// EnvoyFilter: patches to what istiod sends to proxies.
//
// Source: istio.io/docs/reference/config/networking/envoy-filter/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"

namespace egressctl::resource {

enum class ApplyTo {
  Invalid,
  Listener,
  FilterChain,
  NetworkFilter,
  HttpFilter,
  RouteConfiguration,
  VirtualHost,
  HttpRoute,
  Cluster,
  ExtensionConfig,
  Bootstrap,
  ListenerFilter,
  Unknown,
};

enum class PatchContext { Any, SidecarInbound, SidecarOutbound, Gateway, Waypoint, Unknown };

enum class PatchOperation {
  Invalid,
  Merge,
  Add,
  Remove,
  InsertBefore,
  InsertAfter,
  InsertFirst,
  Replace,
  MergeAndReplaceList,
  Unknown,
};

enum class FilterClass { Unspecified, Authn, Authz, Stats, Unknown };

struct SubFilterMatch {
  Text name;
};

struct FilterMatch {
  Text name;
  Positioned<SubFilterMatch> sub_filter;
};

struct FilterChainMatch {
  Text name;
  Text sni;  // one of the chain's server_names
  Text transport_protocol;
  Text application_protocols;  // comma-separated
  Number destination_port;
  Positioned<FilterMatch> filter;
};

struct ListenerMatch {
  Number port_number;  // the listener's: at a gateway, the pod's port
  Text port_name;
  Text name;
  Text listener_filter;
  Positioned<FilterChainMatch> filter_chain;
};

struct RouteMatch {
  Text name;
  Text action;  // ANY, ROUTE, REDIRECT or DIRECT_RESPONSE
};

struct VirtualHostMatch {
  Text name;
  Text domain_name;
  Positioned<RouteMatch> route;
};

struct RouteConfigurationMatch {
  Number port_number;
  Text port_name;
  Text gateway;  // "namespace/name"
  Text name;
  Positioned<VirtualHostMatch> vhost;
};

struct ClusterMatch {
  Number port_number;
  Text service;
  Text subset;
  Text name;
};

struct WaypointMatch {
  Number port_number;
  Positioned<FilterMatch> filter;
  Positioned<RouteMatch> route;
};

struct ProxyMatch {
  Text proxy_version;  // an RE2 pattern
  TextMap metadata;
};

struct PatchMatch {
  Positioned<PatchContext> context;
  Positioned<ProxyMatch> proxy;
  Positioned<ListenerMatch> listener;
  Positioned<RouteConfigurationMatch> route_configuration;
  Positioned<ClusterMatch> cluster;
  Positioned<WaypointMatch> waypoint;
};

struct Patch {
  Positioned<PatchOperation> operation;
  Positioned<Raw> value;  // Envoy's own configuration, in proto3's JSON form
  Positioned<FilterClass> filter_class;
};

struct ConfigPatch {
  Positioned<ApplyTo> apply_to;
  Positioned<PatchMatch> match;
  Positioned<Patch> patch;
};

struct EnvoyFilter {
  Positioned<WorkloadSelector> workload_selector;  // absent: every proxy of the namespace
  List<TargetRef> target_refs;
  List<ConfigPatch> config_patches;
  Number priority;  // default 0; lower ones are applied first
};

// Reads `spec`.
[[nodiscard]] EnvoyFilter read_envoy_filter(const Fields& in);

}  // namespace egressctl::resource
