#include "lib/resource/mesh_proxy.h"

namespace egressctl::resource {
namespace {

RemoteService read_remote_service(const Fields& in) {
  return {.address = in.text("address"), .access_token = {}};
}

RemoteService read_lightstep(const Fields& in) {
  return {.address = in.text("address"), .access_token = in.text("accessToken")};
}

ProxyTracing read_tracing(const Fields& in) {
  return {.zipkin = in.object("zipkin", read_remote_service),
          .lightstep = in.object("lightstep", read_lightstep),
          .datadog = in.object("datadog", read_remote_service),
          .tls_settings = in.object("tlsSettings", read_client_tls),
          .custom_tags = in.raw("customTags")};
}

KeyProvider read_key_provider(const Fields& in) {
  return {.poll_delay = in.duration("pollDelay")};
}

PrivateKeyProvider read_private_key_provider(const Fields& in) {
  return {.cryptomb = in.object("cryptomb", read_key_provider),
          .qat = in.object("qat", read_key_provider)};
}

ConnectionSettings read_connection_settings(const Fields& in) {
  return {.listener_per_connection_buffer_limit_bytes =
              in.number("listenerPerConnectionBufferLimitBytes"),
          .cluster_per_connection_buffer_limit_bytes =
              in.number("clusterPerConnectionBufferLimitBytes"),
          .http_max_concurrent_streams = in.number("httpMaxConcurrentStreams"),
          .http2_initial_stream_window_size = in.number("http2InitialStreamWindowSize"),
          .http2_initial_connection_window_size = in.number("http2InitialConnectionWindowSize"),
          .listener_connection_limit = in.number("listenerConnectionLimit"),
          .global_downstream_connection_limit = in.number("globalDownstreamConnectionLimit")};
}

}  // namespace

MeshProxy read_mesh_proxy(const Fields& in) {
  return {.config_path = in.text("configPath"),
          .binary_path = in.text("binaryPath"),
          .service_cluster = in.text("serviceCluster"),
          .drain_duration = in.duration("drainDuration"),
          .discovery_address = in.text("discoveryAddress"),
          .statsd_udp_address = in.text("statsdUdpAddress"),
          .envoy_metrics_service_address = in.text("envoyMetricsServiceAddress"),
          .envoy_metrics_service = in.object("envoyMetricsService", read_remote_service),
          .envoy_access_log_service = in.object("envoyAccessLogService", read_remote_service),
          .proxy_admin_port = in.number("proxyAdminPort"),
          .status_port = in.number("statusPort"),
          .control_plane_auth_policy = in.text("controlPlaneAuthPolicy"),
          .tracing = in.object("tracing", read_tracing),
          .private_key_provider = in.object("privateKeyProvider", read_private_key_provider),
          .connection_settings = in.object("connectionSettings", read_connection_settings)};
}

}  // namespace egressctl::resource
