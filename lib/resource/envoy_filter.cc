#include "lib/resource/envoy_filter.h"

namespace egressctl::resource {
namespace {

constexpr Word<ApplyTo> kApplyTo[] = {
    {"INVALID", ApplyTo::Invalid},          {"LISTENER", ApplyTo::Listener},
    {"FILTER_CHAIN", ApplyTo::FilterChain}, {"NETWORK_FILTER", ApplyTo::NetworkFilter},
    {"HTTP_FILTER", ApplyTo::HttpFilter},   {"ROUTE_CONFIGURATION", ApplyTo::RouteConfiguration},
    {"VIRTUAL_HOST", ApplyTo::VirtualHost}, {"HTTP_ROUTE", ApplyTo::HttpRoute},
    {"CLUSTER", ApplyTo::Cluster},          {"EXTENSION_CONFIG", ApplyTo::ExtensionConfig},
    {"BOOTSTRAP", ApplyTo::Bootstrap},      {"LISTENER_FILTER", ApplyTo::ListenerFilter}};

constexpr Word<PatchContext> kContexts[] = {{"ANY", PatchContext::Any},
                                            {"SIDECAR_INBOUND", PatchContext::SidecarInbound},
                                            {"SIDECAR_OUTBOUND", PatchContext::SidecarOutbound},
                                            {"GATEWAY", PatchContext::Gateway},
                                            {"WAYPOINT", PatchContext::Waypoint}};

constexpr Word<PatchOperation> kOperations[] = {
    {"INVALID", PatchOperation::Invalid},
    {"MERGE", PatchOperation::Merge},
    {"ADD", PatchOperation::Add},
    {"REMOVE", PatchOperation::Remove},
    {"INSERT_BEFORE", PatchOperation::InsertBefore},
    {"INSERT_AFTER", PatchOperation::InsertAfter},
    {"INSERT_FIRST", PatchOperation::InsertFirst},
    {"REPLACE", PatchOperation::Replace},
    {"MERGE_AND_REPLACE_LIST", PatchOperation::MergeAndReplaceList}};

constexpr Word<FilterClass> kFilterClasses[] = {{"UNSPECIFIED", FilterClass::Unspecified},
                                                {"AUTHN", FilterClass::Authn},
                                                {"AUTHZ", FilterClass::Authz},
                                                {"STATS", FilterClass::Stats}};

SubFilterMatch read_sub_filter(const Fields& in) {
  return {.name = in.text("name")};
}

FilterMatch read_filter(const Fields& in) {
  return {.name = in.text("name"), .sub_filter = in.object("subFilter", read_sub_filter)};
}

FilterChainMatch read_filter_chain(const Fields& in) {
  return {.name = in.text("name"),
          .sni = in.text("sni"),
          .transport_protocol = in.text("transportProtocol"),
          .application_protocols = in.text("applicationProtocols"),
          .destination_port = in.number("destinationPort"),
          .filter = in.object("filter", read_filter)};
}

ListenerMatch read_listener(const Fields& in) {
  return {.port_number = in.number("portNumber"),
          .port_name = in.text("portName"),
          .name = in.text("name"),
          .listener_filter = in.text("listenerFilter"),
          .filter_chain = in.object("filterChain", read_filter_chain)};
}

RouteMatch read_route(const Fields& in) {
  return {.name = in.text("name"), .action = in.text("action")};
}

// A waypoint's routes are matched by name alone.
RouteMatch read_waypoint_route(const Fields& in) {
  RouteMatch out;
  out.name = in.text("name");
  out.action.range = in.range();
  return out;
}

VirtualHostMatch read_virtual_host(const Fields& in) {
  return {.name = in.text("name"),
          .domain_name = in.text("domainName"),
          .route = in.object("route", read_route)};
}

RouteConfigurationMatch read_route_configuration(const Fields& in) {
  return {.port_number = in.number("portNumber"),
          .port_name = in.text("portName"),
          .gateway = in.text("gateway"),
          .name = in.text("name"),
          .vhost = in.object("vhost", read_virtual_host)};
}

ClusterMatch read_cluster(const Fields& in) {
  return {.port_number = in.number("portNumber"),
          .service = in.text("service"),
          .subset = in.text("subset"),
          .name = in.text("name")};
}

WaypointMatch read_waypoint(const Fields& in) {
  return {.port_number = in.number("portNumber"),
          .filter = in.object("filter", read_filter),
          .route = in.object("route", read_waypoint_route)};
}

ProxyMatch read_proxy(const Fields& in) {
  return {.proxy_version = in.text("proxyVersion"), .metadata = in.text_map("metadata")};
}

PatchMatch read_match(const Fields& in) {
  return {.context = in.choice("context", kContexts),
          .proxy = in.object("proxy", read_proxy),
          .listener = in.object("listener", read_listener),
          .route_configuration = in.object("routeConfiguration", read_route_configuration),
          .cluster = in.object("cluster", read_cluster),
          .waypoint = in.object("waypoint", read_waypoint)};
}

Patch read_patch(const Fields& in) {
  return {.operation = in.choice("operation", kOperations),
          .value = in.raw("value"),
          .filter_class = in.choice("filterClass", kFilterClasses)};
}

ConfigPatch read_config_patch(const Fields& in) {
  return {.apply_to = in.choice("applyTo", kApplyTo),
          .match = in.object("match", read_match),
          .patch = in.object("patch", read_patch)};
}

}  // namespace

EnvoyFilter read_envoy_filter(const Fields& in) {
  return {.workload_selector = in.object("workloadSelector", read_workload_selector),
          .target_refs = in.objects("targetRefs", read_target_ref),
          .config_patches = in.objects("configPatches", read_config_patch),
          .priority = in.number("priority")};
}

}  // namespace egressctl::resource
