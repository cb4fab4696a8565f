#include "lib/resource/mesh_config.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>

#include "lib/base/text.h"
#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/mesh_parts.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/traffic.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kModes[] = {"REGISTRY_ONLY", "ALLOW_ANY", "ALLOW_ANY_DYNAMIC_DNS"};

constexpr std::string_view kCurves[] = {
    "P-224", "P-256", "P-521", "P-384", "X25519", "X25519Kyber768Draft00", "X25519MLKEM768"};

void check_mode(Report& report, const Positioned<OutboundMode>& mode) {
  if (!mode.present() || *mode != OutboundMode::Unknown) return;
  auto finding =
      report.error(kBadOutboundMode, mode.range, "Istio has no outbound mode \"{}\"", mode.text());
  const auto near = nearest(mode.text(), kModes);
  if (!near) {
    finding.help("use REGISTRY_ONLY or ALLOW_ANY");
    return;
  }
  finding.help(did_you_mean(mode.text(), kModes));
  if (auto edit = yaml::replace_string(*mode.node, *near))
    finding.fix({.title = fmt::format("write {}", *near), .safe = true, .edits = {*edit}});
}

void check_trust_domain(Report& report, const Text& domain) {
  if (!domain.present()) return;
  std::string_view rest = *domain;
  bool fine = !rest.empty();
  if (rest.size() > 1 && rest.ends_with('.')) rest.remove_suffix(1);
  for (const std::string_view label : split(rest, '.')) fine = fine && is_label(label);
  if (!fine)
    report.error(kInvalidMeshConfig, domain.range, "\"{}\" is no trust domain", *domain)
        .help("it is a domain name, such as \"cluster.local\"");
}

void check_times(Report& report, const MeshConfig& config) {
  const Duration& connect = config.connect_timeout;
  check_duration(report, connect);
  if (*connect > std::chrono::hours(1))
    report.error(kInvalidDuration, connect.range, "\"connectTimeout\" is \"{}\", over one hour",
                 connect.text());
  const Duration& detection = config.protocol_detection_timeout;
  if (*detection % std::chrono::milliseconds(1) != std::chrono::nanoseconds(0))
    report.error(kInvalidDuration, detection.range, "duration \"{}\" is finer than a millisecond",
                 detection.text());
}

void check_curves(Report& report, const MeshConfig& config) {
  const Texts& refused = config.mesh_mtls->ecdh_curves;
  if (!refused->empty())
    report.error(kInvalidMeshConfig, refused.key, "\"meshMTLS\" can't have \"ecdhCurves\"")
        .help("\"tlsDefaults\" has them, for connections outside of the mesh's mTLS");
  std::set<std::string_view> seen;
  for (const Text& curve : *config.tls_defaults->ecdh_curves) {
    if (curve->empty()) continue;
    if (std::find(std::begin(kCurves), std::end(kCurves), *curve) == std::end(kCurves))
      report.warning(kInvalidMeshConfig, curve.range, "Envoy knows no curve \"{}\"", *curve)
          .help(did_you_mean(*curve, kCurves));
    else if (!seen.insert(*curve).second)
      report.warning(kInvalidMeshConfig, curve.range, "curve \"{}\" is in the list twice", *curve);
  }
}

// istiod logs the mistake and takes the provider; what refers to it goes nowhere.
// Source: istio/istio pkg/config/validation/agent/extensionprovider.go.
void check_provider(Report& report, const Positioned<ExtensionProvider>& provider) {
  if (provider->name->empty())
    report.own(kInvalidMeshConfig, provider.range,
               "the provider has no name, so nothing can use it");
  const Positioned<ProviderService>& backend = provider->backend;
  if (!backend.present()) return;
  const Text& service = backend->service;
  const std::size_t slash = service->find('/');
  const std::string_view host = slash == std::string::npos
                                    ? std::string_view(*service)
                                    : std::string_view(*service).substr(slash + 1);
  if (service->empty())
    report.own(kInvalidMeshConfig, backend.key, "the provider names no service");
  else if (wildcard_domain_problem(host) && !is_address(host))
    report.own(kInvalidMeshConfig, service.range, "\"{}\" is no name of a service", *service)
        .help("write \"host\" or \"namespace/host\"");
  if (!is_port(*backend->port))
    report.own(kInvalidMeshConfig, backend->port.present() ? backend->port.range : backend.key,
               "the provider's port is {}, which is not from 1 to 65535", *backend->port);
}

}  // namespace

void check(Report& report, const MeshConfig& config) {
  if (config.outbound_traffic_policy.present())
    check_mode(report, config.outbound_traffic_policy->mode);
  if (config.proxy_listen_port.present()) check_port(report, config.proxy_listen_port);
  check_trust_domain(report, config.trust_domain);
  for (const Text& alias : *config.trust_domain_aliases) check_trust_domain(report, alias);
  check_times(report, config);
  check_mesh_proxy(report, *config.proxy);
  check_locality_setting(report, config.locality_lb_setting, true);
  check_zone_aware_setting(report, config.zone_aware_lb_setting, true);
  for (const auto& setting : *config.service_settings)
    for (const Text& host : *setting->hosts) check_wildcard_host(report, host);
  check_connection_pool(report, config.default_traffic_policy->connection_pool);
  check_outlier_detection(report, config.default_traffic_policy->outlier_detection);
  for (const auto& provider : *config.extension_providers) check_provider(report, provider);
  check_curves(report, config);
}

}  // namespace egressctl::resource::validation
