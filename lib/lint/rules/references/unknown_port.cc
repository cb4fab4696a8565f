// EGR0206 unknown-port
#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/references/references.h"
#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/sidecar_ports.h"
#include "lib/mesh/gateway_api.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0206", "unknown-port", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination",
    "istio/istio#34324", "istio/istio#55326", "istio/istio#19408"};

void report(const mesh::Service& service, const resource::Number& port, const std::string& host,
            Diagnostics& out) {
  std::vector<std::int64_t> behind;  // the ports whose endpoints listen on the number
  for (const mesh::ServicePort& candidate : service.ports)
    if (candidate.target == *port) behind.push_back(candidate.number);
  auto finding =
      out.report(kId, port.range, "\"{}\" has no port {}{}; it has {}", host, *port,
                 behind.empty() ? "" : ", on which only its endpoints listen", ports_of(service));
  finding.alias("IST0101").related(
      service.range, service.entry != nullptr ? "the ServiceEntry is here" : "the Service is here");
  if (behind.size() != 1) {
    finding.help("name one of its ports");
    return;
  }
  finding.help(fmt::format("name its port {}", behind.front()));
  const auto edit = yaml::replace_raw(*port.node, fmt::format("{}", behind.front()));
  if (edit.has_value())
    finding.fix({.title = fmt::format("route to port {}", behind.front()), .edits = {*edit}});
}

// The ports of the listeners that a proxy takes the hop's route on, as far as is known.
std::vector<std::int64_t> listener_ports(const Context& in, const Hop& hop, Servers& servers) {
  if (hop.service->hosts.empty()) return {};
  if (hop.gateway == nullptr) {
    const HostPorts ports = host_ports(in, *hop.service);
    if (!ports.complete) return {};
    return sidecar_ports(ports, *hop.service, *hop.route);
  }
  std::vector<std::int64_t> out;
  for (const mesh::RouteMatch* match : matches_of(*hop.route)) {
    if (!may_hold(*hop.service, match, hop.gateway->name)) continue;
    for (const Server* server : servers.of({hop.service, hop.gateway}, match))
      if (uses(**server, *hop.service, hop.route->kind)) out.push_back(*(*server)->port->number);
  }
  return out;
}

// A destination without a port means a Service's only one, and the listener's where there are
// several.
//
// Source: istio/istio pilot/pkg/networking/core/route/route.go (GetDestinationCluster).
bool check_listener_port(const Context& in, const Hop& hop, Servers& servers, Diagnostics& out) {
  const auto& services = in.mesh().registry().named(hop.target->host);
  if (hop.mirror || std::any_of(services.begin(), services.end(),
                                [](const auto* service) { return service->ports.size() < 2; }))
    return false;
  for (const std::int64_t port : listener_ports(in, hop, servers)) {
    if (may_have_port(services, port)) continue;
    const mesh::Service& service = *services.front();
    out.report(kId, hop.target->range,
               "without a port this means port {} of \"{}\", on which {} take the route; it has {}",
               port, hop.target->host, hop.gateway != nullptr ? "gateways" : "sidecars",
               ports_of(service))
        .help("name one of its ports")
        .related(service.range, "its ports are here")
        .alias("IST0112");
    return true;
  }
  return false;
}

// Whether a route of the Gateway API leads to what the input has itself, which is another rule's.
bool is_written_backend(const Hop& hop, const mesh::Service& service) {
  return mesh::is_converted(*hop.service->resource) && !mesh::is_converted(*service.resource);
}

void check(const Context& in, Diagnostics& out) {
  const Hops& hops = in.shared<Hops>();
  std::unordered_set<const resource::Destination*> told;
  Servers servers;
  for (const Hop& hop : hops.all()) {
    const resource::Number& port = hop.target->destination->port->number;
    const auto& services = in.mesh().registry().named(hop.target->host);
    if (services.empty()) continue;
    if (!port.present()) {
      if (!told.contains(hop.target->destination) && check_listener_port(in, hop, servers, out))
        told.insert(hop.target->destination);
      continue;
    }
    if (may_have_port(services, *port) || is_written_backend(hop, *services.front())) continue;
    if (told.insert(hop.target->destination).second)
      report(*services.front(), port, hop.target->host, out);
  }
}

}  // namespace

const Rule kUnknownPort{
    .info = {.id = kId,
             .summary = "a route to a port that the destination does not have",
             .why =
                 "There is no cluster for the port, and requests get 503 with response flag NC. "
                 "Routes name the port of a Service (443), never the one that its pods listen "
                 "on (8443). Where a route names none and the Service has several, it is the port "
                 "that the proxy itself was called on.",
             .mend = "Name one of the ports of the Service or ServiceEntry.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
