// EGR0908 waypoint-without-address
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/lint/rules/gateway_api/waypoints.h"
#include "lib/lint/rules/routing/auto_addresses.h"
#include "lib/mesh/host.h"
#include "lib/mesh/injection.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

using resource::Resolution;

constexpr RuleId kId{"EGR0908", "waypoint-without-address", Severity::Warning};
constexpr resource::Kind kReads[] = {resource::Kind::ServiceEntry};
constexpr std::string_view kSwitch = "networking.istio.io/enable-autoallocate-ip";
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ambient/architecture/data-plane/", "istio/istio#54981",
    "istio/istio#54896"};

Diagnostics::Builder report(SourceRange range, std::string_view why, const resource::Text& label,
                            Diagnostics& out) {
  return out
      .report(kId, range,
              "{}: ztunnel does not know the host's address, and connections go past the waypoint",
              why)
      .related(label.range, "what binds it to the waypoint");
}

// Whether istiod gives the host no address for what it is.
//
// Source: istio/istio pilot/pkg/networking/serviceentry/ip_autoallocation.go,
// pilot/pkg/controllers/ipallocate (keepHost).
bool gets_none(const resource::ServiceEntry& entry, std::string_view host) {
  return *entry.resolution == Resolution::None ||
         (mesh::is_pattern(host) && *entry.resolution != Resolution::DynamicDns);
}

void check(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto& entry = *resource.as<resource::ServiceEntry>();
  const resource::Text* bound = mesh::waypoint_label(in.mesh(), resource);
  if (bound == nullptr || !entry.addresses->empty() || has_allocated_address(resource)) return;
  const resource::TextMap& labels = resource.metadata.labels;
  if (const resource::Text* off = labels->find(kSwitch); off != nullptr && **off == "false") {
    auto finding =
        report(off->range, "the label keeps istiod from giving it an address", *bound, out);
    finding.help("remove the label, or set addresses");
    if (labels.node == nullptr) return;
    if (const auto edit = yaml::remove_entry(*labels.node, kSwitch))
      finding.fix({.title = "let istiod give it an address", .safe = false, .edits = {*edit}});
    return;
  }
  for (const resource::Text& host : *entry.hosts) {
    if (!gets_none(entry, *host)) continue;
    report(host.range,
           fmt::format("\"{}\" has no addresses, and istiod gives none to {}", *host,
                       *entry.resolution == Resolution::None ? "resolution NONE" : "wildcards"),
           *bound, out)
        .help(mesh::is_pattern(*host) ? "use DYNAMIC_DNS, or list the hosts"
                                      : "use resolution DNS, or set addresses");
    return;
  }
  if (dns_capture(in.mesh()) == Setting::Off && !entry.hosts->empty())
    report(entry.hosts->front().range,
           "the address that istiod gives it is told to no client, as dnsCapture is off", *bound,
           out)
        .help("turn cni.ambient.dnsCapture on, or set addresses");
}

}  // namespace

const Rule kWaypointWithoutAddress{
    .info = {.id = kId,
             .summary = "a ServiceEntry for a waypoint whose address ztunnel can't know",
             .why = "ztunnel tells by the destination address which connections belong to a "
                    "ServiceEntry. Without a virtual one the client resolves the host itself and "
                    "goes there straight: no policy and no TLS origination of the waypoint "
                    "applies.",
             .mend = "Let istiod allocate an address and ztunnel answer DNS, or set `addresses`.",
             .references = kReferences},
    .check_one = check,
    .reads = kReads};

}  // namespace egressctl::lint::rules
