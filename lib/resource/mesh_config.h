// MeshConfig: the settings of the whole mesh.
//
// They stand in the ConfigMap `istio` (key `mesh`), in an IstioOperator (`spec.meshConfig`), in
// Helm values (`meshConfig`) or in a document of their own.
// Source: istio.io/docs/reference/config/istio.mesh.v1alpha1/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/load_balancer.h"
#include "lib/resource/mesh_proxy.h"
#include "lib/resource/outbound_policy.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"
#include "lib/resource/traffic_policy.h"

namespace egressctl::resource {

enum class LogEncoding { PlainText, Json, Unknown };

enum class PathNormalizationType {
  Default,  // Base
  None,
  Base,
  MergeSlashes,
  DecodeAndMergeSlashes,
  Unknown,
};

struct PathNormalization {
  Positioned<PathNormalizationType> normalization;
};

// What a provider sends to.
struct ProviderService {
  Text service;  // "host" or "namespace/host"
  Number port;
};

// Its kind is the other key of the item ("envoyFileAccessLog", ...); see the Positioned's node.
struct ExtensionProvider {
  Text name;
  Positioned<ProviderService> backend;  // of the kinds that have one
};

struct ServiceSetting {
  Texts hosts;
};

// What holds where no DestinationRule says anything else.
struct DefaultTrafficPolicy {
  Positioned<ConnectionPool> connection_pool;
  Positioned<OutlierDetection> outlier_detection;
};

// TLS of the mesh's own connections (`meshMTLS`) and of all others (`tlsDefaults`).
struct TlsDefaults {
  Text min_protocol_version;
  Texts ecdh_curves;
  Texts cipher_suites;
};

// A namespace that any selector of `discoverySelectors` picks is seen by istiod.
struct MeshConfig {
  Positioned<OutboundPolicy> outbound_traffic_policy;  // absent: ALLOW_ANY
  Text root_namespace;                                 // absent: istiod's namespace
  Text trust_domain;                                   // absent: "cluster.local"
  Texts trust_domain_aliases;
  Texts default_service_export_to;  // absent: ["*"]
  Texts default_virtual_service_export_to;
  Texts default_destination_rule_export_to;
  Text access_log_file;  // absent: no access log
  Text access_log_format;
  Positioned<LogEncoding> access_log_encoding;
  Flag enable_auto_mtls;  // absent: true
  List<LabelSelector> discovery_selectors;
  Positioned<PathNormalization> path_normalization;
  List<ExtensionProvider> extension_providers;
  Number proxy_listen_port;                       // absent: 15001
  Number proxy_inbound_listen_port;               // absent: 15006
  Number proxy_http_port;                         // absent: 0, none
  Duration connect_timeout;                       // absent: 10s
  Duration protocol_detection_timeout;            // absent: 0s, off
  Positioned<H2UpgradePolicy> h2_upgrade_policy;  // of HTTP ports; absent: no upgrade
  Positioned<LocalitySetting> locality_lb_setting;
  Positioned<ZoneAwareSetting> zone_aware_lb_setting;
  List<ServiceSetting> service_settings;
  Positioned<DefaultTrafficPolicy> default_traffic_policy;
  Positioned<TlsDefaults> mesh_mtls;
  Positioned<TlsDefaults> tls_defaults;
  Positioned<Raw> default_config;     // ProxyConfig
  Positioned<MeshProxy> proxy;        // the same, as far as it is validated
  Positioned<Raw> default_providers;  // tracing, metrics, accessLogging
};

[[nodiscard]] MeshConfig read_mesh_config(const Fields& in);

// Whether a document without apiVersion and kind is a MeshConfig: a mapping with one of its fields.
[[nodiscard]] bool looks_like_mesh_config(const yaml::Node& root);

}  // namespace egressctl::resource
