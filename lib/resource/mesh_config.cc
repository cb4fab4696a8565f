#include "lib/resource/mesh_config.h"

#include <algorithm>
#include <string_view>

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
                                           "verifyCertificateAtClient"};

PathNormalization read_path_normalization(const Fields& in) {
  return {.normalization = in.choice("normalization", kNormalizations)};
}

ExtensionProvider read_extension_provider(const Fields& in) {
  return {.name = in.text("name")};
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
          .default_config = in.raw("defaultConfig"),
          .default_providers = in.raw("defaultProviders")};
}

bool looks_like_mesh_config(const yaml::Node& root) {
  return std::any_of(root.entries.begin(), root.entries.end(), [](const yaml::Entry& entry) {
    return std::find(std::begin(kTelltales), std::end(kTelltales), entry.key.scalar) !=
           std::end(kTelltales);
  });
}

}  // namespace egressctl::resource
