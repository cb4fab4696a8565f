#include "lib/resource/mesh_config.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace egressctl::resource {
namespace {

constexpr Word<LogEncoding> kEncodings[] = {{"TEXT", LogEncoding::PlainText},
                                            {"JSON", LogEncoding::Json}};

constexpr Word<PathNormalizationType> kNormalizations[] = {
    {"DEFAULT", PathNormalizationType::Default},
    {"NONE", PathNormalizationType::None},
    {"BASE", PathNormalizationType::Base},
    {"MERGE_SLASHES", PathNormalizationType::MergeSlashes},
    {"DECODE_AND_MERGE_SLASHES", PathNormalizationType::DecodeAndMergeSlashes}};

// Fields that no other common kind of document has at its top.
constexpr std::string_view kTelltales[] = {"outboundTrafficPolicy",
                                           "rootNamespace",
                                           "trustDomain",
                                           "trustDomainAliases",
                                           "defaultServiceExportTo",
                                           "defaultVirtualServiceExportTo",
                                           "defaultDestinationRuleExportTo",
                                           "accessLogFile",
                                           "accessLogFormat",
                                           "accessLogEncoding",
                                           "enableAutoMtls",
                                           "discoverySelectors",
                                           "pathNormalization",
                                           "extensionProviders",
                                           "defaultConfig",
                                           "defaultProviders",
                                           "inboundTrafficPolicy",
                                           "enablePrometheusMerge",
                                           "meshMTLS",
                                           "tlsDefaults",
                                           "dnsRefreshRate",
                                           "proxyListenPort",
                                           "proxyHttpPort",
                                           "ingressControllerMode",
                                           "verifyCertificateAtClient",
                                           "h2UpgradePolicy",
                                           "localityLbSetting",
                                           "zoneAwareLbSetting",
                                           "serviceSettings",
                                           "serviceScopeConfigs",
                                           "inboundClusterStatName",
                                           "outboundClusterStatName",
                                           "protocolDetectionTimeout",
                                           "hboneIdleTimeout",
                                           "defaultHttpRetryPolicy",
                                           "proxyInboundListenPort",
                                           "disableEnvoyListenerLog",
                                           "enableEnvoyAccessLogService",
                                           "enableTracing",
                                           "ingressClass",
                                           "ingressSelector",
                                           "ingressService",
                                           "configSources",
                                           "caCertificates"};

PathNormalization read_path_normalization(const Fields& in) {
  return {.normalization = in.choice("normalization", kNormalizations)};
}

// Of the kinds of providers those that send to a service.
constexpr std::string_view kSending[] = {"envoyExtAuthzHttp", "envoyExtAuthzGrpc", "zipkin",
                                         "lightstep",         "datadog",           "opencensus",
                                         "skywalking",        "opentelemetry",     "envoyOtelAls",
                                         "envoyHttpAls",      "envoyTcpAls"};

ProviderService read_provider_service(const Fields& in) {
  return {.service = in.text("service"), .port = in.number("port")};
}

ExtensionProvider read_extension_provider(const Fields& in) {
  ExtensionProvider out{.name = in.text("name"), .backend = {}};
  for (const std::string_view kind : kSending)
    if (auto backend = in.object(kind, read_provider_service); backend.present())
      out.backend = std::move(backend);
  return out;
}

ServiceSetting read_service_setting(const Fields& in) {
  return {.hosts = in.texts("hosts")};
}

DefaultTrafficPolicy read_default_traffic_policy(const Fields& in) {
  return {.connection_pool = in.object("connectionPool", read_connection_pool),
          .outlier_detection = in.object("outlierDetection", read_outlier_detection)};
}

TlsDefaults read_tls_defaults(const Fields& in) {
  return {.min_protocol_version = in.text("minProtocolVersion"),
          .ecdh_curves = in.texts("ecdhCurves"),
          .cipher_suites = in.texts("cipherSuites")};
}

}  // namespace

MeshConfig read_mesh_config(const Fields& in) {
  return {.outbound_traffic_policy = in.object("outboundTrafficPolicy", read_outbound_policy),
          .root_namespace = in.text("rootNamespace"),
          .trust_domain = in.text("trustDomain"),
          .trust_domain_aliases = in.texts("trustDomainAliases"),
          .default_service_export_to = in.texts("defaultServiceExportTo"),
          .default_virtual_service_export_to = in.texts("defaultVirtualServiceExportTo"),
          .default_destination_rule_export_to = in.texts("defaultDestinationRuleExportTo"),
          .access_log_file = in.text("accessLogFile"),
          .access_log_format = in.text("accessLogFormat"),
          .access_log_encoding = in.choice("accessLogEncoding", kEncodings),
          .enable_auto_mtls = in.flag("enableAutoMtls"),
          .discovery_selectors = in.objects("discoverySelectors", read_label_selector),
          .path_normalization = in.object("pathNormalization", read_path_normalization),
          .extension_providers = in.objects("extensionProviders", read_extension_provider),
          .proxy_listen_port = in.number("proxyListenPort"),
          .proxy_inbound_listen_port = in.number("proxyInboundListenPort"),
          .proxy_http_port = in.number("proxyHttpPort"),
          .connect_timeout = in.duration("connectTimeout"),
          .protocol_detection_timeout = in.duration("protocolDetectionTimeout"),
          .h2_upgrade_policy = read_h2_upgrade_policy(in),
          .locality_lb_setting = in.object("localityLbSetting", read_locality_setting),
          .zone_aware_lb_setting = in.object("zoneAwareLbSetting", read_zone_aware_setting),
          .service_settings = in.objects("serviceSettings", read_service_setting),
          .default_traffic_policy = in.object("defaultTrafficPolicy", read_default_traffic_policy),
          .mesh_mtls = in.object("meshMTLS", read_tls_defaults),
          .tls_defaults = in.object("tlsDefaults", read_tls_defaults),
          .default_config = in.raw("defaultConfig"),
          .proxy = in.object("defaultConfig", read_mesh_proxy),
          .default_providers = in.raw("defaultProviders")};
}

bool looks_like_mesh_config(const yaml::Node& root) {
  return std::any_of(root.entries.begin(), root.entries.end(), [](const yaml::Entry& entry) {
    return std::find(std::begin(kTelltales), std::end(kTelltales), entry.key.scalar) !=
           std::end(kTelltales);
  });
}

}  // namespace egressctl::resource
