// EGR0314 gateway-match-port
#include <algorithm>
#include <unordered_set>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0314", "gateway-match-port", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSMatchAttributes",
    "istio/istio#34324", "istio/istio#48300"};

bool has_port(const mesh::GatewayView& gateway, std::int64_t port) {
  const auto& servers = *gateway.gateway->servers;
  return std::any_of(servers.begin(), servers.end(),
                     [&](const Server& server) { return *server->port->number == port; });
}

// The servers' ports behind which the pods listen on the number.
std::vector<std::int64_t> ports_behind(const mesh::GatewayView& gateway, std::int64_t pod_port) {
  std::vector<std::int64_t> out;
  for (const Server& server : *gateway.gateway->servers)
    if (gateway.pod_port(*server->port->number) == pod_port) out.push_back(*server->port->number);
  return out;
}

void report(const mesh::GatewayView& gateway, const resource::Number& port, Diagnostics& out) {
  const auto meant = ports_behind(gateway, *port);
  std::string known;
  for (const Server& server : *gateway.gateway->servers)
    known += fmt::format("{}{}", known.empty() ? "" : ", ", *server->port->number);
  auto finding = out.report(kId, port.range,
                            "gateway \"{}\" has no server on port {}{}, so this never matches; its "
                            "servers are on {}",
                            gateway.name, *port,
                            meant.empty() ? "" : ", on which only its pods listen", known);
  finding.related(gateway.resource->metadata.name.range, "the Gateway is here");
  const auto& servers = *gateway.gateway->servers;
  const std::int64_t right = meant.size() == 1     ? meant.front()
                             : servers.size() == 1 ? *servers.front()->port->number
                                                   : 0;
  if (right == 0) {
    finding.help("name the port of a server");
    return;
  }
  finding.help(fmt::format("match port {}", right));
  if (const auto edit = yaml::replace_raw(*port.node, fmt::format("{}", right)))
    finding.fix({.title = fmt::format("match port {}", right), .edits = {*edit}});
}

// A match that is for several gateways, or for sidecars too, is right when it fits one of them.
bool fits_elsewhere(const Context& in, const mesh::VirtualService& service,
                    const mesh::RouteMatch& match) {
  for (const std::string& name : mesh::gateways_of(service, match)) {
    const mesh::GatewayView* gateway = in.gateways().find(name);
    if (gateway == nullptr || has_port(*gateway, **match.port)) return true;
  }
  return false;
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const resource::Number*> told;
  for (const Binding& binding : bindings(in))
    for (const mesh::Route& route : binding.service->routes)
      for (const mesh::RouteMatch& match : route.matches)
        if (match.port != nullptr && match.port->present() && match.port->node != nullptr &&
            may_hold(*binding.service, &match, binding.gateway->name) &&
            !binding.gateway->gateway->servers->empty() &&
            !fits_elsewhere(in, *binding.service, match) && told.insert(match.port).second)
          report(*binding.gateway, *match.port, out);
}

}  // namespace

const Rule kGatewayMatchPort{
    .info = {.id = kId,
             .summary = "a match for a port that no server of the Gateway has",
             .why = "The rule never applies: HTTP gets `404 NR`, TLS is reset. What counts is the "
                    "number in the Gateway, which is the Service's port, not the pod's.",
             .mend = "Write the number of the Gateway's server.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
