#include "lib/lint/rules/routing/sidecar_ports.h"

#include <algorithm>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

using mesh::RouteKind;
using mesh::RouteMatch;
using mesh::VirtualService;

constexpr std::int64_t kHttpPort = 80;

// Whether a match (nullptr: everything) may hold for sidecars on the port.
bool may_hold_on(const VirtualService& service, const RouteMatch* match, std::int64_t port) {
  return may_hold(service, match, "mesh") && (match == nullptr || match->port == nullptr ||
                                              !match->port->present() || **match->port == port);
}

// Whether a match asks for nothing of what comes to the port.
bool is_whole(const RouteMatch* match) {
  if (match == nullptr) return true;
  if (match->node == nullptr) return false;
  return std::all_of(match->node->entries.begin(), match->node->entries.end(),
                     [](const yaml::Entry& entry) {
                       const std::string_view key = entry.key.scalar;
                       return key == "gateways" || key == "port" || key == "name";
                     });
}

// Whether a rule before the route takes all that sidecars get on the port.
bool is_taken(const VirtualService& service, const mesh::Route& route, std::int64_t port) {
  return std::any_of(service.routes.begin(), service.routes.end(), [&](const mesh::Route& other) {
    if (other.kind != route.kind || other.index >= route.index) return false;
    const auto matches = matches_of(other);
    return std::any_of(matches.begin(), matches.end(), [&](const RouteMatch* match) {
      return is_whole(match) && may_hold_on(service, match, port);
    });
  });
}

}  // namespace

bool HostPorts::has(std::int64_t number) const {
  return std::any_of(all.begin(), all.end(),
                     [&](const mesh::ServicePort* port) { return port->number == number; });
}

HostPorts host_ports(const Context& in, const VirtualService& service) {
  HostPorts out;
  for (const std::string& host : service.hosts) {
    const auto services = in.mesh().registry().covering(host);
    // Names below a wildcard of the VirtualService may be known, too.
    if (services.empty() || mesh::is_pattern(host)) out.complete = !services.empty();
    for (const mesh::Service* known : services)
      for (const mesh::ServicePort& port : known->ports) out.all.push_back(&port);
    if (!out.complete) return out;
  }
  return out;
}

bool suits(RouteKind kind, const mesh::ServicePort& port) {
  using resource::Protocol;
  if (port.protocol == Protocol::Unsupported) return true;
  switch (kind) {
    case RouteKind::Http: return resource::is_http(port.protocol);
    case RouteKind::Tls: return resource::is_tls(port.protocol);
    case RouteKind::Tcp: return !resource::is_http(port.protocol);
  }
  return true;
}

std::vector<std::int64_t> sidecar_ports(const HostPorts& ports, const VirtualService& service,
                                        const mesh::Route& route) {
  const auto matches = matches_of(route);
  std::vector<std::int64_t> out;
  for (const mesh::ServicePort* port : ports.all) {
    const std::int64_t number = port->number;
    const bool matched = std::any_of(matches.begin(), matches.end(), [&](const RouteMatch* match) {
      return may_hold_on(service, match, number);
    });
    if (matched && suits(route.kind, *port) &&
        std::find(out.begin(), out.end(), number) == out.end() && !is_taken(service, route, number))
      out.push_back(number);
  }
  return out;
}

// Hosts without a port 80 get their HTTP rules on the listener of port 80 all the same (route.go,
// serviceByPort[80]).
bool sidecars_never_come(const Context& in, const Hop& hop) {
  if (hop.gateway != nullptr || hop.service->hosts.empty()) return false;
  const HostPorts ports = host_ports(in, *hop.service);
  const bool known = ports.complete && !ports.all.empty() &&
                     (hop.route->kind != RouteKind::Http || ports.has(kHttpPort));
  return known && sidecar_ports(ports, *hop.service, *hop.route).empty();
}

}  // namespace egressctl::lint::rules
