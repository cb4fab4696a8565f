// EGR0305 none-behind-gateway, EGR0318 dynamic-dns-at-gateway
#include <algorithm>
#include <string>
#include <unordered_set>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/mesh/host.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kNone{"EGR0305", "none-behind-gateway", Severity::Error};
constexpr RuleId kDynamic{"EGR0318", "dynamic-dns-at-gateway", Severity::Error};
constexpr std::string_view kNoneReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/service-entry/"
    "#ServiceEntry-Resolution",
    "istio/istio#50075", "istio/istio#51507", "istio/istio#42238"};
constexpr std::string_view kDynamicReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/service-entry/"
    "#ServiceEntry-Resolution",
    "istio/istio#61831"};

using resource::Resolution;

// Calls `use` for each ServiceEntry with that resolution that a gateway sends to by a rule of its
// own; patches may lead elsewhere what such a rule says.
template <typename Use>
void for_each(const Context& in, Resolution resolution, const Use& use) {
  std::unordered_set<const resource::Destination*> seen;
  for (const Binding& binding : bindings(in)) {
    if (is_patched(in, *binding.gateway)) continue;
    for (const mesh::Route& route : binding.service->routes) {
      if (!mesh::applies_at(*binding.service, route, binding.gateway->name)) continue;
      for (const mesh::RouteTarget& target : route.targets)
        for (const mesh::Service* service : in.mesh().registry().named(target.host))
          if (service->entry != nullptr && *service->entry->resolution == resolution &&
              seen.insert(target.destination).second)
            use(binding, target, *service);
    }
  }
}

bool has_ranges(const resource::ServiceEntry& entry) {
  return std::any_of(
      entry.addresses->begin(), entry.addresses->end(),
      [](const resource::Text& address) { return address->find('/') != std::string::npos; });
}

void check_none(const Context& in, Diagnostics& out) {
  std::unordered_set<const resource::Resource*> told;
  for_each(
      in, Resolution::None,
      [&](const Binding& binding, const mesh::RouteTarget& target, const mesh::Service& service) {
        if (!told.insert(service.resource).second) return;
        const auto& resolution = service.entry->resolution;
        auto finding = out.report(
            kNone, resolution.present() ? resolution.range : service.resource->spec_range,
            "gateway \"{}\" can't find \"{}\": without resolution it sends to where the client "
            "connected, which is the gateway itself",
            binding.gateway->written_name, target.host);
        finding.field("spec.resolution").related(target.range, "the gateway sends to it here");
        const bool fixed = !mesh::is_pattern(target.host);
        const bool ranges = has_ranges(*service.entry);
        finding.help(!fixed ? "lead the gateway to one fixed host, or through an SNI proxy"
                     : ranges
                         ? "set the resolution to DNS, and name single addresses: no range may "
                           "stand beside it"
                         : "set the resolution to DNS");
        if (!fixed || ranges || resolution.node == nullptr) return;
        if (const auto edit = yaml::replace_string(*resolution.node, "DNS"))
          finding.fix({.title = "resolve the name", .safe = false, .edits = {*edit}});
      });
}

void check_dynamic(const Context& in, Diagnostics& out) {
  for_each(
      in, Resolution::DynamicDns,
      [&](const Binding& binding, const mesh::RouteTarget& target, const mesh::Service& service) {
        out.report(kDynamic, target.destination->host.range,
                   "gateway \"{}\" has no way to learn the name for \"{}\": DYNAMIC_DNS works in "
                   "sidecars and waypoints alone",
                   binding.gateway->written_name, target.host)
            .related(service.entry->resolution.range, "the ServiceEntry's resolution")
            .help("let sidecars send it out themselves, or lead the gateway through an SNI proxy");
      });
}

}  // namespace

const Rule kNoneBehindGateway{
    .info = {.id = kNone,
             .summary = "a host without resolution to which a gateway sends",
             .why = "At the gateway the original destination is the gateway: the connection loops "
                    "or ends with `503 UH`, and the log says `no original_dst`.",
             .mend = "Use DNS for fixed hosts, an SNI proxy or one common server for wildcards.",
             .references = kNoneReferences},
    .check = check_none,
    .reads_gateway_api = true};

const Rule kDynamicDnsAtGateway{
    .info = {.id = kDynamic,
             .summary = "a wildcard with DYNAMIC_DNS to which a gateway sends",
             .why = "istiod gives such a cluster to gateways, but no filter that tells it the "
                    "name. Connections end with `UH` or `NR`.",
             .mend = "Send from the sidecar, use a waypoint, or an SNI proxy in the gateway.",
             .references = kDynamicReferences},
    .check = check_dynamic,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
