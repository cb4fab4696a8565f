// EGR0308 tcp-takes-port
#include <string>
#include <unordered_map>

#include "lib/lint/context.h"
#include "lib/lint/rules/gateway_api/waypoints.h"
#include "lib/lint/rules/routing/auto_addresses.h"
#include "lib/lint/rules/routing/rivals.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/mesh/injection.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0308", "tcp-takes-port", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/",
    "istio/istio#58696", "istio/istio#24937", "istio/istio#11741"};

using resource::Protocol;
using Entries = Rivals<resource::Resource, std::string>;  // by host: one host is no rival

constexpr std::int64_t kHttps = 443;

// Whether `istioctl analyze` asks for addresses because of the port (serviceentry/
// protocoladdresses.go of its analyzers).
bool istio_asks(const resource::Port& port) {
  return *port.protocol == Protocol::Tcp || port.protocol.text().empty();
}

// Whether nothing but the address tells the port's connections from others.
bool is_plain_tcp(const resource::Port& port) {
  switch (*port.protocol) {
    case Protocol::Tcp:
    case Protocol::Mongo:
    case Protocol::MySql:
    case Protocol::Redis: return true;
    case Protocol::Unsupported: return port.protocol.text().empty();
    default: return false;
  }
}

void check_port(const mesh::Service& service, const resource::Positioned<resource::Port>& port,
                const Entries& others, Diagnostics& out) {
  const resource::Port& in = *port;
  // With NONE they still arrive where the client dialled.
  const bool passes = *service.entry->resolution == resource::Resolution::None;
  auto finding = out.report(
      kId, in.name.present() ? in.name.range : port.range,
      "port {} of \"{}\" is plain TCP and the entry has no address: clients' connections to that "
      "port of any address {}",
      *in.number, service.host, passes ? "count as this host's" : "go to this host");
  // Where the finding stands says which port; what is missing is the same for all of them.
  finding.field("spec.addresses");
  if (istio_asks(in)) finding.alias("IST0134");
  const bool https = *in.number == kHttps;
  finding.help(https ? "let the port have protocol TLS, so that clients are told apart by SNI, or "
                       "give the entry its addresses"
                     : "give the entry its addresses, or let proxies answer DNS and allocate them");
  if (passes) return;
  const resource::Resource* rival = others.find(service.visibility, service.host);
  if (rival != nullptr)
    finding.severity(Severity::Error)
        .related(rival->metadata.name.range, "this one takes the same port: one of them loses");
  if (!https || in.protocol.node == nullptr) return;
  if (const auto edit = yaml::replace_string(*in.protocol.node, "TLS"))
    finding.fix({.title = "let clients be told apart by SNI", .safe = false, .edits = {*edit}});
}

// Entries without a host, which is told elsewhere, make no service; istioctl speaks of them, too.
void check_without_host(const resource::Resource& resource, Diagnostics& out) {
  const auto* entry = resource.as<resource::ServiceEntry>();
  if (!entry->hosts->empty() || !entry->addresses->empty() || has_allocated_address(resource))
    return;
  for (const auto& port : *entry->ports)
    if (istio_asks(*port))
      out.report(kId, port->name.present() ? port->name.range : port.range,
                 "port {} is plain TCP and the entry has no address", *port->number)
          .field("spec.addresses")
          .alias("IST0134")
          .help("give the entry its hosts and addresses");
}

void check_behind_waypoint(const resource::Resource& resource, Diagnostics& out) {
  for (const auto& port : *resource.as<resource::ServiceEntry>()->ports)
    if (istio_asks(*port))
      out.report(kId, port->name.present() ? port->name.range : port.range,
                 "port {} is plain TCP and the entry has no address: only clients in ambient mode "
                 "can tell its connections from others",
                 *port->number)
          .severity(Severity::Info)
          .field("spec.addresses")
          .alias("IST0134");
}

void check(const Context& in, Diagnostics& out) {
  if (allocates_addresses(in.mesh())) return;
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::ServiceEntry))
    check_without_host(*resource, out);
  std::vector<const mesh::Service*> entries;
  std::unordered_map<std::int64_t, Entries> by_port;
  const resource::Resource* last = nullptr;
  for (const mesh::Service& service : in.mesh().registry().all()) {
    if (service.entry == nullptr || service.resource == last) continue;
    last = service.resource;
    if (!service.entry->addresses->empty() || has_allocated_address(*last)) continue;
    // A waypoint's clients have no sidecars: ztunnel goes by the address that it has answered DNS
    // with.
    if (mesh::waypoint_label(in.mesh(), *last) != nullptr) {
      check_behind_waypoint(*last, out);
      continue;
    }
    entries.push_back(&service);
    for (const auto& port : *service.entry->ports)
      if (is_plain_tcp(*port) && *service.entry->resolution != resource::Resolution::None)
        by_port[*port->number].add(service.visibility, service.host, last);
  }
  for (const mesh::Service* service : entries)
    for (const auto& port : *service->entry->ports)
      if (is_plain_tcp(*port)) check_port(*service, port, by_port[*port->number], out);
}

}  // namespace

const Rule kTcpTakesPort{
    .info = {.id = kId,
             .summary = "a ServiceEntry for plain TCP without addresses",
             .why = "Sidecars can tell TCP connections apart by address and port alone. Without an "
                    "address the listener is 0.0.0.0 with that port, so every connection to the "
                    "port, whatever its address, goes to this host; of two such entries one gets "
                    "nothing. On 443 other sites' clients see certificates of this host.",
             .mend = "Give the entry its addresses; where clients speak TLS, set the protocol to "
                     "TLS; or enable DNS capture with allocated addresses.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
