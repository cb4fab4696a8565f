// The `defaultConfig` of a MeshConfig.
//
// Source: istio/istio pkg/config/validation/agent/validation.go (ValidateMeshConfigProxyConfig).
#include "lib/resource/mesh_proxy.h"

#include <chrono>
#include <string>
#include <string_view>

#include "lib/resource/validation/mesh_parts.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/traffic.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kHostIp = "$(HOST_IP)";  // istiod puts an address in its place

// Splits "host:port", or "[address]:port". Returns what is wrong, or an empty text.
std::string address_problem(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return "has no port";
  std::string_view host = address.substr(0, colon);
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  if (!brackets && host.find(':') != std::string_view::npos)
    return "has several colons: an IPv6 address stands in brackets";
  const auto port = decimal(address.substr(colon + 1));
  if (!port) return fmt::format("has \"{}\" for a port", address.substr(colon + 1));
  if (!is_port(*port)) return fmt::format("has port {}, which is not from 1 to 65535", *port);
  if (domain_problem(host) && !is_address(host))
    return fmt::format("has \"{}\" for a host, which is neither a name nor an address", host);
  return {};
}

void check_proxy_address(Report& report, const Text& address) {
  if (address->empty()) return;
  const std::string problem = address_problem(*address);
  if (!problem.empty())
    report.error(kInvalidMeshConfig, address.range, "address \"{}\" {}", *address, problem)
        .help("write it as host:port, such as \"istiod.istio-system.svc:15012\"");
}

void check_collector(Report& report, const Positioned<RemoteService>& collector) {
  if (!collector.present()) return;
  const Text& address = collector->address;
  if (address->empty()) {
    report.missing(kInvalidMeshConfig, collector, address, "address",
                   "the collector has no address, without which istiod refuses the MeshConfig");
    return;
  }
  Text meant = address;
  if (const std::size_t at = meant.value.find(kHostIp); at != std::string::npos)
    meant.value.replace(at, kHostIp.size(), "127.0.0.1");
  check_proxy_address(report, meant);
}

void check_tracing(Report& report, const ProxyTracing& tracing) {
  check_collector(report, tracing.zipkin);
  check_collector(report, tracing.lightstep);
  check_collector(report, tracing.datadog);
  const Positioned<RemoteService>& lightstep = tracing.lightstep;
  if (lightstep.present() && lightstep->access_token->empty())
    report.missing(kInvalidMeshConfig, lightstep, lightstep->access_token, "accessToken",
                   "Lightstep needs an access token");
  check_client_tls(report, tracing.tls_settings);
  if (!tracing.custom_tags.present()) return;
  for (const yaml::Entry& tag : tracing.custom_tags.node->entries)
    if (tag.value.is_null())
      report.error(kInvalidMeshConfig, tag.key.range, "tag \"{}\" has no value", tag.key.scalar)
          .help("give it a literal, an environment variable or a header");
}

// Source: ValidateDrainDuration.
void check_drain(Report& report, const Duration& drain) {
  check_duration(report, drain);
  if (drain.present() && *drain >= std::chrono::seconds(1) &&
      *drain % std::chrono::milliseconds(1) == std::chrono::nanoseconds(0) &&
      *drain % std::chrono::seconds(1) != std::chrono::nanoseconds(0))
    report.error(kInvalidDuration, drain.range, "\"drainDuration\" is \"{}\", no whole seconds",
                 drain.text());
}

// istiod has a default, which an empty text takes away.
void check_not_empty(Report& report, const Text& text, std::string_view key) {
  if (text.present() && text->empty())
    report.error(kInvalidMeshConfig, text.range, "\"{}\" must not be empty", key)
        .help("leave it out: istiod has a default");
}

void check_key_provider(Report& report, const Positioned<KeyProvider>& provider) {
  if (!provider.present()) return;
  const Duration& delay = provider->poll_delay;
  if (*delay == std::chrono::nanoseconds(0))
    report.missing(kInvalidMeshConfig, provider, delay, "pollDelay",
                   "the provider needs a \"pollDelay\" over zero");
}

void check_least(Report& report, const Number& number, std::string_view key, std::int64_t least) {
  if (number.present() && *number < least)
    report.error(kInvalidMeshConfig, number.range, "\"{}\" is {}, expected {} or more", key,
                 *number, least);
}

void check_connections(Report& report, const ConnectionSettings& in) {
  constexpr std::int64_t kHttp2Window = 65535;
  check_least(report, in.listener_per_connection_buffer_limit_bytes,
              "listenerPerConnectionBufferLimitBytes", 0);
  check_least(report, in.cluster_per_connection_buffer_limit_bytes,
              "clusterPerConnectionBufferLimitBytes", 0);
  check_least(report, in.http_max_concurrent_streams, "httpMaxConcurrentStreams", 1);
  check_least(report, in.http2_initial_stream_window_size, "http2InitialStreamWindowSize",
              kHttp2Window);
  check_least(report, in.http2_initial_connection_window_size, "http2InitialConnectionWindowSize",
              kHttp2Window);
  check_least(report, in.listener_connection_limit, "listenerConnectionLimit", 1);
  check_least(report, in.global_downstream_connection_limit, "globalDownstreamConnectionLimit", 1);
}

}  // namespace

void check_mesh_proxy(Report& report, const MeshProxy& proxy) {
  check_not_empty(report, proxy.config_path, "configPath");
  check_not_empty(report, proxy.binary_path, "binaryPath");
  check_not_empty(report, proxy.service_cluster, "serviceCluster");
  check_not_empty(report, proxy.discovery_address, "discoveryAddress");
  check_drain(report, proxy.drain_duration);
  for (const Text* address :
       {&proxy.discovery_address, &proxy.statsd_udp_address, &proxy.envoy_metrics_service_address,
        &proxy.envoy_metrics_service->address, &proxy.envoy_access_log_service->address})
    check_proxy_address(report, *address);
  check_tracing(report, *proxy.tracing);
  for (const Number* port : {&proxy.proxy_admin_port, &proxy.status_port})
    if (port->present()) check_port(report, *port);
  if (*proxy.control_plane_auth_policy == "INHERIT")
    report
        .error(kInvalidMeshConfig, proxy.control_plane_auth_policy.range,
               "\"controlPlaneAuthPolicy\" can't be INHERIT")
        .help("use NONE or MUTUAL_TLS");
  check_key_provider(report, proxy.private_key_provider->cryptomb);
  check_key_provider(report, proxy.private_key_provider->qat);
  check_connections(report, *proxy.connection_settings);
}

}  // namespace egressctl::resource::validation
