// EGR0909 dynamic-dns-in-ambient
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/lint/rules/gateway_api/waypoints.h"
#include "lib/mesh/injection.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0909", "dynamic-dns-in-ambient", Severity::Error};
constexpr resource::Kind kReads[] = {resource::Kind::ServiceEntry};
constexpr std::string_view kFlag = "ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS";
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/service-entry/"
    "#ServiceEntry-Resolution",
    "istio/istio#57658"};

void check(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto& entry = *resource.as<resource::ServiceEntry>();
  if (*entry.resolution != resource::Resolution::DynamicDns ||
      !is_ambient(in.mesh(), in.mesh().namespace_of(resource)))
    return;
  const resource::Text* bound = mesh::waypoint_label(in.mesh(), resource);
  if (bound == nullptr) {
    out.report(kId, entry.resolution.range,
               "DYNAMIC_DNS without a waypoint: ztunnel does not resolve wildcards, and nothing of "
               "the ServiceEntry is in force")
        .help("bind it with the label istio.io/use-waypoint");
    return;
  }
  const Setting flag = istiod_variable(in.mesh(), kFlag);
  if (flag == Setting::On) return;
  for (const auto& port : *entry.ports) {
    if (*port->protocol != resource::Protocol::Tls) continue;
    out.report(kId, port->protocol.range,
               "the waypoint gets no configuration for TLS of a wildcard: istiod has {} off{}",
               kFlag, flag == Setting::Unknown ? " unless it is set" : "")
        .severity(flag == Setting::Unknown ? Severity::Warning : Severity::Error)
        .related(bound->range, "what binds it to the waypoint")
        .help("set the variable for istiod, or send HTTP and let the waypoint make TLS of it");
    return;
  }
}

}  // namespace

const Rule kDynamicDnsInAmbient{
    .info = {.id = kId,
             .summary = "a wildcard with DYNAMIC_DNS in ambient mode that no waypoint can serve",
             .why = "Only a waypoint resolves the name of each connection. Without one ztunnel "
                    "passes the host on as it is; a TLS port is left out unless istiod has "
                    "ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS, as clients may put any name "
                    "into the SNI.",
             .mend = "Bind the ServiceEntry to a waypoint, and use an HTTP port or set the "
                     "variable.",
             .references = kReferences},
    .check_one = check,
    .reads = kReads};

}  // namespace egressctl::lint::rules
