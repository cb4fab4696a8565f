// EGR0307 http-on-tls-port
#include <algorithm>
#include <array>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/lint/rules/tls/client_tls.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0307", "http-on-tls-port", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/common-problems/network-issues/"
    "#sending-https-to-an-http-port",
    "istio/istio#16458", "istio/istio#17358", "istio/istio#13914"};
constexpr resource::Kind kReads[] = {resource::Kind::ServiceEntry};
constexpr std::array<std::int64_t, 3> kTlsPorts = {443, 6443, 8443};
constexpr std::int64_t kHttps = 443;  // the others are used for plain HTTP, too

// Whether some proxy makes TLS of what goes to the port.
bool is_originated(const Context& in, const std::string& host, std::int64_t port) {
  for (const mesh::Rule* known : in.mesh().rules().covering(host)) {
    const auto& rule = *known->resource->as<resource::DestinationRule>();
    const ClientTls* tls = client_tls(*rule.traffic_policy, port);
    if (tls != nullptr && originates(*tls)) return true;
    for (const auto& subset : *rule.subsets) {
      const ClientTls* own = client_tls(*subset->traffic_policy, port);
      if (own != nullptr && originates(*own)) return true;
    }
  }
  return false;
}

void check_one(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto& entry = *resource.as<resource::ServiceEntry>();
  if (*entry.location == resource::Location::MeshInternal || entry.hosts->empty()) return;
  for (const auto& port : *entry.ports) {
    const std::int64_t number = *port->number;
    if (std::find(kTlsPorts.begin(), kTlsPorts.end(), number) == kTlsPorts.end() ||
        !resource::is_http(*port->protocol))
      continue;
    const bool originated =
        std::any_of(entry.hosts->begin(), entry.hosts->end(),
                    [&](const resource::Text& host) { return is_originated(in, *host, number); });
    auto finding = out.report(kId, port->protocol.range,
                              "port {} of \"{}\" is declared as \"{}\", but clients send TLS to it",
                              number, *entry.hosts->front(), port->protocol.text());
    if (number != kHttps) finding.severity(Severity::Warning);
    if (originated) finding.severity(Severity::Info);
    finding.help(originated
                     ? "clients must send plain HTTP to this port; name it 80 with targetPort 443 "
                       "to make that plain"
                     : "declare it as TLS, or let clients send plain HTTP to port 80 with "
                       "targetPort 443");
    if (originated || port->protocol.node == nullptr) continue;
    if (const auto edit = yaml::replace_string(*port->protocol.node, "TLS"))
      finding.fix({.title = "declare the port as TLS", .safe = false, .edits = {*edit}});
  }
}

}  // namespace

const Rule kHttpOnTlsPort{
    .info = {.id = kId,
             .summary = "a port for TLS that is declared as HTTP",
             .why = "The sidecar reads the ClientHello as HTTP: `curl` says `wrong version "
                    "number`. It is right only where applications send plain HTTP to this port.",
             .mend = "Declare the protocol as TLS, or send HTTP to port 80 and set `targetPort: "
                     "443`.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
