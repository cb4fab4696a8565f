// The gateway's check of the inner SNI, the SNI proxy, and the sidecars' forwarding of the SNI.
//
// Source: FACTS 4 and 5 (lab B-mitigated, C, C-strict); how istiod matches and applies patches:
// pilot/pkg/networking/core/envoyfilter/listener_patch.go.
#include <utility>

#include <fmt/format.h>

#include "lib/generate/emitters.h"

namespace egressctl::generate {
namespace {

using spec::InnerSni;
using spec::Via;

// Istio's default text format for TCP (FACTS 1). %UPSTREAM_CLUSTER_RAW% is in it from Istio 1.24 on
// (pilot/pkg/model/telemetry_logging.go); the Envoys before do not know it.
std::string access_log_format(IstioVersion version) {
  constexpr IstioVersion kRawCluster{24};
  return fmt::format(
      "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
      "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "
      "\"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
      "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" "
      "\"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" {} "
      "%UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% "
      "%REQUESTED_SERVER_NAME% %ROUTE_NAME%\n",
      version < kRawCluster ? "%UPSTREAM_CLUSTER%" : "%UPSTREAM_CLUSTER_RAW%");
}

// The filter and the cluster must be configured alike, or Envoy refuses one of the two.
yaml::Value dns_cache(const spec::Dns& dns) {
  return yaml::Value::Mapping{{"name", "egress_dns_cache"},
                              {"dns_lookup_family", dns.lookup_family},
                              {"dns_refresh_rate", fmt::format("{}s", dns.refresh_seconds)},
                              {"host_ttl", fmt::format("{}s", dns.host_ttl_seconds)},
                              {"max_hosts", dns.max_hosts}};
}

// A value where `used`, else null, which takes its part out of the template.
Variable when(bool used, std::string_view text) {
  return {used ? yaml::Value(text) : yaml::Value(), {}};
}

void add_sni_check(SetBuilder& set, const DestinationPlan& plan, const Flow& flow) {
  const spec::Spec& spec = set.spec();
  const bool proxy = *plan.destination->via == Via::SniProxy;
  const bool strict = *spec.policy.inner_sni == InnerSni::Strict;
  Variables variables{
      {"selector", gateway_selector(set.plan())},
      {"cluster", {sni_cluster_name(flow), {}}},
      {"listener", {sni_listener_name(flow), {}}},
      {"internalUpstream", when(strict, "envoy.transport_sockets.internal_upstream")},
      {"innerSnis", {list_value(flow.hosts), {}}},
      {"rbac", when(strict, "envoy.filters.network.rbac")},
      {"upstreamCluster", {upstream_cluster(plan, flow), {}}},
      {"accessLogger", when(spec.access_log, "envoy.access_loggers.file")},
      {"accessLogFormat", {access_log_format(*spec.istio.version), {}}},
      {"listenerPort", {static_cast<std::int64_t>(flow.gateway_port.target), {}}},
      {"outerSni", {flow.outer_sni, {}}},
      {"networkFilter", when(strict, "NETWORK_FILTER")},
      {"upstreamPort", {static_cast<std::int64_t>(flow.upstream_port), {}}},
      {"dnsCache", {dns_cache(spec.dns), {}}}};
  set.add(ApplyOrder::Gateway, "EnvoyFilter",
          proxy ? "envoyfilter-sni-proxy" : "envoyfilter-inner-sni",
          in_gateway_namespace(set.plan(), resource_name(flow.id, "sni")), std::move(variables),
          destination_scope(plan));
}

// In each client namespace, or in the root namespace for all.
void add_forwarding(SetBuilder& set, const DestinationPlan& plan, const Flow& flow) {
  const std::string name = resource_name(flow.id, "forward-sni");
  const Variables variables{{"port", {static_cast<std::int64_t>(flow.port), {}}},
                            {"chainSni", {flow.hosts.front(), {}}},
                            {"selector", {}}};
  const ChartScope scope = destination_scope(plan);
  const std::string& root = set.spec().istio.root_namespace;
  if (set.plan().clients.empty())
    set.add(ApplyOrder::Route, "EnvoyFilter", "envoyfilter-forward-sni",
            {root, name, "$.Values.istio.rootNamespace"}, variables, scope);
  for (const ClientPlan& client : set.plan().clients) {
    Variables own = variables;
    if (!client.selector.empty()) own["selector"] = {map_value(client.selector), {}};
    set.add(ApplyOrder::Route, "EnvoyFilter", "envoyfilter-forward-sni",
            {client.name_space, name, {}}, std::move(own), scope);
  }
}

}  // namespace

void add_envoy_filters(SetBuilder& set) {
  bool any_proxy = false;
  for (const DestinationPlan& plan : set.plan().destinations) {
    any_proxy = any_proxy || *plan.destination->via == Via::SniProxy;
    const bool check = checks_inner_sni(set.plan(), plan);
    for (const Flow& flow : plan.flows) {
      if (check) add_sni_check(set, plan, flow);
      if (flow.forwards_sni) add_forwarding(set, plan, flow);
    }
  }
  if (!any_proxy) return;
  set.add(ApplyOrder::Gateway, "EnvoyFilter", "envoyfilter-dynamic-forward-proxy",
          in_gateway_namespace(set.plan(), "egress-dynamic-forward-proxy"),
          {{"selector", gateway_selector(set.plan())},
           {"cluster", {kForwardProxyCluster, {}}},
           {"dnsCache", {dns_cache(set.spec().dns), {}}}});
}

}  // namespace egressctl::generate
