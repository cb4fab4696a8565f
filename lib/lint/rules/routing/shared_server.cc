// EGR0330 shared-server
#include <algorithm>
#include <tuple>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0330", "shared-server", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/gateway/#Server"};

// A TCP route that a server uses.
struct Use {
  const mesh::VirtualService* service = nullptr;
  const mesh::Route* route = nullptr;
};

// The oldest one first, which is the one that counts; what does not tell its age stays where it is.
std::vector<Use> uses_of(const mesh::GatewayView& gateway, const Server& server) {
  std::vector<Use> out;
  for (const mesh::VirtualService* service : gateway.bound) {
    const Binding binding{service, &gateway};
    for (const mesh::Route& route : service->routes) {
      if (route.kind != mesh::RouteKind::Tcp || route.targets.empty()) continue;
      const auto matches = matches_of(route);
      const bool used = std::any_of(matches.begin(), matches.end(), [&](const auto* match) {
        if (!may_hold(*service, match, gateway.name)) return false;
        const auto servers = servers_for(binding, match);
        return std::find(servers.begin(), servers.end(), &server) != servers.end();
      });
      if (used) out.push_back({service, &route});
    }
  }
  const auto time = [](const Use& use) {
    const std::string_view text = *use.service->resource->metadata.creation_timestamp;
    return text.empty() ? std::string_view("~") : text;
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const Use& a, const Use& b) { return time(a) < time(b); });
  return out;
}

auto destination_of(const Use& use) {
  const mesh::RouteTarget& target = use.route->targets.front();
  return std::make_tuple(std::string_view(target.host), *target.destination->port->number);
}

void check(const Context& in, Diagnostics& out) {
  for (const mesh::GatewayView& gateway : in.gateways().all())
    for (const Server& server : *gateway.gateway->servers) {
      if (kind_of(*server) != mesh::RouteKind::Tcp) continue;
      const std::vector<Use> uses = uses_of(gateway, server);
      for (const Use& use : uses) {
        const Use& first = uses.front();
        if (destination_of(use) == destination_of(first)) continue;
        out.report(kId, use.route->range,
                   "no connection ever gets to \"{}\" by this route: the server of gateway \"{}\" "
                   "sends all that it takes to \"{}\", by VirtualService \"{}/{}\"",
                   use.route->targets.front().host, gateway.name, first.route->targets.front().host,
                   first.service->name_space, *first.service->resource->metadata.name)
            .related(first.route->range, "the route that takes everything")
            .related(server.range, "the server")
            .help(
                "give each destination a server with hosts of its own, and a subset of the "
                "gateway's Service whose \"sni\" is one of them");
      }
    }
}

}  // namespace

const Rule kSharedServer{
    .info = {.id = kId,
             .summary = "one Gateway server that takes the TCP routes of several destinations",
             .why = "A server that ends TLS becomes one filter chain, and the oldest route takes "
                    "every connection of it: the client asks for one host and reaches another, "
                    "with a wrong certificate or in silence.",
             .mend = "Write a server for each destination (its hosts are the outer SNI), a subset "
                     "with that `sni`, and a VirtualService at the gateway for each.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
