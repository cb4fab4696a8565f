// The settings of proxies that a MeshConfig has as `defaultConfig`, as far as istiod validates
// them.
//
// Source: istio.io/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/tls_settings.h"

namespace egressctl::resource {

// Where traces, metrics or logs are sent.
struct RemoteService {
  Text address;       // "host:port"
  Text access_token;  // of Lightstep
};

struct ProxyTracing {
  Positioned<RemoteService> zipkin;
  Positioned<RemoteService> lightstep;
  Positioned<RemoteService> datadog;
  Positioned<ClientTls> tls_settings;
  Positioned<Raw> custom_tags;
};

// What encrypts in hardware.
struct KeyProvider {
  Duration poll_delay;
};

struct PrivateKeyProvider {
  Positioned<KeyProvider> cryptomb;
  Positioned<KeyProvider> qat;
};

struct ConnectionSettings {
  Number listener_per_connection_buffer_limit_bytes;
  Number cluster_per_connection_buffer_limit_bytes;
  Number http_max_concurrent_streams;
  Number http2_initial_stream_window_size;
  Number http2_initial_connection_window_size;
  Number listener_connection_limit;
  Number global_downstream_connection_limit;
};

struct MeshProxy {
  Text config_path;
  Text binary_path;
  Text service_cluster;
  Duration drain_duration;
  Text discovery_address;
  Text statsd_udp_address;
  Text envoy_metrics_service_address;
  Positioned<RemoteService> envoy_metrics_service;
  Positioned<RemoteService> envoy_access_log_service;
  Number proxy_admin_port;
  Number status_port;
  Text control_plane_auth_policy;
  Positioned<ProxyTracing> tracing;
  Positioned<PrivateKeyProvider> private_key_provider;
  Positioned<ConnectionSettings> connection_settings;
};

[[nodiscard]] MeshProxy read_mesh_proxy(const Fields& in);

}  // namespace egressctl::resource
