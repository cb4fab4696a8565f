// EGR0517 port-for-any-address
#include "lib/lint/context.h"
#include "lib/lint/rules/security/security.h"

namespace egressctl::lint::rules {
namespace {

using resource::Protocol;
using resource::Resolution;

constexpr RuleId kId{"EGR0517", "port-for-any-address", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/service-entry/"
    "#ServiceEntry-Resolution"};
constexpr resource::Kind kReads[] = {resource::Kind::ServiceEntry};

// Istio takes a port without protocol as TCP.
bool is_opaque(const resource::Port& port) {
  const Protocol protocol = *port.protocol;
  return !resource::is_http(protocol) && !resource::is_tls(protocol) && protocol != Protocol::Udp &&
         protocol != Protocol::Hbone;
}

void check_one(const Context& /*in*/, const resource::Resource& resource, Diagnostics& out) {
  const auto* entry = resource.as<resource::ServiceEntry>();
  if (*entry->resolution != Resolution::None || !entry->addresses->empty() ||
      *entry->location != resource::Location::MeshExternal)
    return;
  for (const auto& port : *entry->ports) {
    if (!is_opaque(*port)) continue;
    const bool written = port->protocol.present();
    out.report(kId, written ? port->protocol.range : port.range,
               "port {} is opaque and the entry has neither addresses nor a resolution: the port "
               "is open to every address, not only to the host",
               *port->number)
        .help(
            "list the addresses, let DNS resolve the host, or use TLS, whose SNI tells hosts "
            "apart");
  }
}

}  // namespace

const Rule kPortForAnyAddress{
    .info = {.id = kId,
             .summary = "a TCP port without addresses that is open to every address",
             .why = "The sidecar listens on 0.0.0.0 at the port and sends connections where the "
                    "client dialled. An entry for one host so allows the port of all addresses, "
                    "with REGISTRY_ONLY, too.",
             .mend = "Name the addresses in `addresses`, or set `resolution: DNS`.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
