// EGR0315 mesh-match-port, EGR0316 rule-for-other-protocol
#include <algorithm>
#include <string>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/lint/rules/routing/sidecar_ports.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kPort{"EGR0315", "mesh-match-port", Severity::Error};
constexpr RuleId kProtocol{"EGR0316", "rule-for-other-protocol", Severity::Error};
constexpr std::string_view kPortReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSMatchAttributes",
    "istio/istio#31513"};
constexpr std::string_view kProtocolReferences[] = {
    "https://istio.io/latest/docs/ops/common-problems/network-issues/", "istio/istio#39206"};

using mesh::RouteKind;
using mesh::RouteMatch;
using mesh::ServicePort;
using mesh::VirtualService;

// Whether the match is for sidecars and nothing else.
bool is_for_sidecars(const VirtualService& service, const RouteMatch* match) {
  const auto names = match != nullptr ? mesh::gateways_of(service, *match) : service.gateways;
  return std::all_of(names.begin(), names.end(),
                     [](const std::string& name) { return name == "mesh"; });
}

// Hosts without a port 80 get their HTTP rules on the listener of port 80 all the same.
//
// Source: istio/istio pilot/pkg/networking/core/route/route.go
// (buildSidecarVirtualHostsForVirtualService: serviceByPort[80]).
bool is_free(RouteKind kind, std::int64_t number) {
  return kind == RouteKind::Http && number == 80;
}

void check_port(const HostPorts& ports, const VirtualService& service, RouteKind kind,
                const RouteMatch& match, Diagnostics& out) {
  if (match.port == nullptr || !match.port->present() || match.port->node == nullptr ||
      ports.has(**match.port) || is_free(kind, **match.port))
    return;
  std::vector<std::int64_t> numbers;
  for (const ServicePort* port : ports.all)
    if (std::find(numbers.begin(), numbers.end(), port->number) == numbers.end())
      numbers.push_back(port->number);
  std::string known;
  for (const std::int64_t number : numbers)
    known += fmt::format("{}{}", known.empty() ? "" : ", ", number);
  auto finding = out.report(kPort, match.port->range,
                            "\"{}\" has no port {}, so sidecars never use this rule; its ports "
                            "are {}",
                            service.hosts.front(), **match.port, known);
  finding.help("match the port that clients connect to");
  if (numbers.size() != 1) return;
  if (const auto edit = yaml::replace_raw(*match.port->node, fmt::format("{}", numbers.front())))
    finding.fix({.title = fmt::format("match port {}", numbers.front()), .edits = {*edit}});
}

// The ports that the route's matches for sidecars are for; none when it is for gateways, too.
std::vector<const ServicePort*> reached(const HostPorts& ports, const VirtualService& service,
                                        const mesh::Route& route) {
  std::vector<const ServicePort*> out;
  for (const RouteMatch* match : matches_of(route)) {
    if (!is_for_sidecars(service, match)) return {};
    const bool any = match == nullptr || match->port == nullptr || !match->port->present();
    for (const ServicePort* port : ports.all)
      if (any || **match->port == port->number) out.push_back(port);
  }
  return out;
}

std::string_view kind_of(const ServicePort& port) {
  if (resource::is_tls(port.protocol)) return "TLS";
  return resource::is_http(port.protocol) ? "HTTP" : "TCP";
}

std::string advice(const ServicePort& port, RouteKind kind) {
  if (resource::is_tls(port.protocol))
    return "write it as a \"tls\" rule with sniHosts, or let clients send HTTP and the gateway "
           "make "
           "TLS of it";
  if (resource::is_http(port.protocol))
    return "write it as an \"http\" rule, or declare the port as TLS";
  return fmt::format("write it as a \"tcp\" rule, or declare the port as {}",
                     kind == RouteKind::Http ? "HTTP" : "TLS");
}

void check_protocol(const HostPorts& ports, const VirtualService& service, const mesh::Route& route,
                    Diagnostics& out) {
  const auto own = reached(ports, service, route);
  if (own.empty() || std::any_of(own.begin(), own.end(),
                                 [&](const ServicePort* port) { return suits(route.kind, *port); }))
    return;
  const ServicePort& port = *own.front();
  out.report(kProtocol, route.range,
             "port {} of \"{}\" is {}, so sidecars leave this \"{}\" rule aside", port.number,
             service.hosts.front(), kind_of(port), mesh::to_string(route.kind))
      .related(port.range, "the port is declared here")
      .help(advice(port, route.kind));
}

template <typename Use>
void for_each_known(const Context& in, const Use& use) {
  for (const VirtualService* service : in.mesh().bound_to("mesh")) {
    if (service->hosts.empty()) continue;
    const HostPorts ports = host_ports(in, *service);
    if (ports.complete && !ports.all.empty()) use(ports, *service);
  }
}

void check_ports(const Context& in, Diagnostics& out) {
  for_each_known(in, [&](const HostPorts& ports, const VirtualService& service) {
    for (const mesh::Route& route : service.routes)
      for (const RouteMatch& match : route.matches)
        if (is_for_sidecars(service, &match)) check_port(ports, service, route.kind, match, out);
  });
}

void check_protocols(const Context& in, Diagnostics& out) {
  for_each_known(in, [&](const HostPorts& ports, const VirtualService& service) {
    for (const mesh::Route& route : service.routes) check_protocol(ports, service, route, out);
  });
}

}  // namespace

const Rule kMeshMatchPort{
    .info = {.id = kPort,
             .summary = "a match for sidecars on a port that the host does not have",
             .why = "The rule never applies. Clients connect to the host directly, past the "
                    "gateway, or end in the black hole.",
             .mend = "Match the port of the ServiceEntry that clients connect to.",
             .references = kPortReferences},
    .check = check_ports,
    .reads_gateway_api = true};

const Rule kRuleForOtherProtocol{
    .info = {.id = kProtocol,
             .summary = "a rule for a protocol that the host's port does not have",
             .why = "Sidecars route TLS by `tls` rules, HTTP by `http` rules. A rule of the wrong "
                    "kind is left aside, and clients connect to the host directly.",
             .mend = "Write the rule for the port's protocol, or declare the port as what clients "
                     "send to it.",
             .references = kProtocolReferences},
    .check = check_protocols,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
