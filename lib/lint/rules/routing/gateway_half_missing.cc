// EGR0303 gateway-half-missing
#include <algorithm>
#include <unordered_set>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/lint/rules/routing/unreached_servers.h"
#include "lib/lint/rules/tls/client_tls.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0303", "gateway-half-missing", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/",
    "istio/istio#34357", "istio/istio#51507"};

using mesh::GatewayView;
using mesh::VirtualService;

// Routes of the Gateway API and patches may do what no VirtualService does.
bool may_have_other_routes(const Context& in, const std::vector<const GatewayView*>& gateways) {
  return std::any_of(gateways.begin(), gateways.end(),
                     [&](const GatewayView* gateway) { return is_patched(in, *gateway); });
}

bool overlaps(const VirtualService& service, std::string_view host) {
  return std::any_of(service.hosts.begin(), service.hosts.end(),
                     [&](const std::string& own) { return mesh::hosts_overlap(own, host); });
}

// Whether a gateway has a route for one of the names: those of the client's VirtualService and the
// SNI that sidecars put on the outside.
bool has_route(const std::vector<const GatewayView*>& gateways,
               const std::vector<std::string_view>& names) {
  for (const GatewayView* gateway : gateways)
    for (const VirtualService* bound : gateway->bound)
      for (const mesh::Route& route : bound->routes)
        if (mesh::applies_at(*bound, route, gateway->name) &&
            std::any_of(names.begin(), names.end(),
                        [&](std::string_view name) { return overlaps(*bound, name); }))
          return true;
  return false;
}

std::vector<std::string_view> names_of(const Context& in, const VirtualService& service,
                                       const mesh::RouteTarget& target) {
  std::vector<std::string_view> out(service.hosts.begin(), service.hosts.end());
  const resource::Destination& destination = *target.destination;
  const auto owners = in.mesh().registry().named(target.host);
  const auto rules = in.mesh().rules().applying(service.name_space, target.host,
                                                owners.empty() ? "" : owners.front()->name_space);
  const ClientTls* tls = client_tls(rules, *destination.subset, *destination.port->number);
  if (tls != nullptr && !(*tls)->sni->empty()) out.push_back(*(*tls)->sni);
  return out;
}

// The Gateways behind the Service that listen for the port.
std::vector<const GatewayView*> listening(const Context& in, const mesh::RouteTarget& target) {
  std::vector<const GatewayView*> out;
  const auto& port = target.destination->port;
  for (const GatewayView* gateway : in.gateways().behind(target.host))
    for (const Server& server : *gateway->gateway->servers)
      if (!port.present() || *server->port->number == *port->number) {
        out.push_back(gateway);
        break;
      }
  return out;
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const VirtualService*> told;
  const UnreachedServers unreached(in);
  for (const VirtualService* service : in.mesh().bound_to("mesh"))
    for (const mesh::Route& route : service->routes) {
      if (!mesh::applies_at(*service, route, "mesh")) continue;
      for (const mesh::RouteTarget& target : route.targets) {
        const auto gateways = listening(in, target);
        if (gateways.empty() || may_have_other_routes(in, gateways)) continue;
        const auto names = names_of(in, *service, target);
        if (has_route(gateways, names) ||
            std::any_of(names.begin(), names.end(),
                        [&](std::string_view name) { return unreached.take(name); }) ||
            !told.insert(service).second)
          continue;
        out.report(kId, list_of(*service, route.kind),
                   "sidecars send \"{}\" to gateway \"{}\", which has no route for it",
                   service->hosts.empty() ? std::string() : service->hosts.front(),
                   gateways.front()->name)
            .related(gateways.front()->resource->metadata.name.range, "the Gateway is here")
            .related(target.range, "where sidecars send it")
            .help(fmt::format("add a rule with \"gateways: [{}]\" that leads to the host itself",
                              gateways.front()->name));
      }
    }
}

}  // namespace

const Rule kGatewayHalfMissing{
    .info = {.id = kId,
             .summary = "a host that sidecars send to a gateway without a route for it",
             .why = "The connection arrives at the gateway and ends there: HTTP gets `404 NR`, TLS "
                    "is reset. istiod logs `listener missed network filter`.",
             .mend = "Bind a VirtualService to the Gateway whose rule leads to the ServiceEntry's "
                     "host.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
