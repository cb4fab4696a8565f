// EGR0330 shared-server
#include <algorithm>
#include <tuple>
#include <unordered_map>

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

// Whether a route has work to do behind one of its VirtualService that takes all at a gateway.
bool is_for_sidecars(const mesh::VirtualService& service, const mesh::RouteMatch* match) {
  return service.binds("mesh") && may_hold(service, match, "mesh");
}

using UsesByServer = std::unordered_map<const Server*, std::vector<Use>>;

// Of each server the oldest one first, which is the one that counts; what does not tell its age
// stays where it is.
UsesByServer uses_at(Servers& servers, const mesh::GatewayView& gateway) {
  UsesByServer out;
  for (const mesh::VirtualService* service : gateway.bound) {
    const Binding binding{service, &gateway};
    for (const mesh::Route& route : service->routes) {
      if (route.kind != mesh::RouteKind::Tcp || route.targets.empty()) continue;
      for (const mesh::RouteMatch* match : matches_of(route)) {
        if (!may_hold(*service, match, gateway.name)) continue;
        for (const Server* server : servers.of(binding, match)) {
          auto& uses = out[server];
          const bool behind_another = !uses.empty() && uses.back().service == service;
          if (behind_another && (uses.back().route == &route || is_for_sidecars(*service, match)))
            continue;
          uses.push_back({service, &route});
        }
      }
    }
  }
  const auto time = [](const Use& use) {
    const std::string_view text = *use.service->resource->metadata.creation_timestamp;
    return text.empty() ? std::string_view("~") : text;
  };
  for (auto& [server, uses] : out)
    std::stable_sort(uses.begin(), uses.end(),
                     [&](const Use& a, const Use& b) { return time(a) < time(b); });
  return out;
}

auto destination_of(const Use& use) {
  const mesh::RouteTarget& target = use.route->targets.front();
  return std::make_tuple(std::string_view(target.host), *target.destination->port->number);
}

void check(const Context& in, Diagnostics& out) {
  Servers servers;
  for (const mesh::GatewayView& gateway : in.gateways().all()) {
    const UsesByServer uses_by_server = uses_at(servers, gateway);
    for (const Server& server : *gateway.gateway->servers) {
      if (kind_of(*server) != mesh::RouteKind::Tcp) continue;
      const auto found = uses_by_server.find(&server);
      if (found == uses_by_server.end()) continue;
      const std::vector<Use>& uses = found->second;
      for (const Use& use : uses) {
        const Use& first = uses.front();
        if (destination_of(use) == destination_of(first)) continue;
        out.report(kId, use.route->range,
                   "no connection ever gets to \"{}\" by this route: the server of gateway \"{}\" "
                   "sends all that it takes to \"{}\", by {} \"{}\"",
                   use.route->targets.front().host, gateway.written_name,
                   first.route->targets.front().host, *first.service->resource->kind_name,
                   in.mesh().written_name(*first.service->resource))
            .related(first.route->range, "the route that takes everything")
            .related(server.range, "the server")
            .help(
                "give each destination a server with hosts of its own, and a subset of the "
                "gateway's Service whose \"sni\" is one of them");
      }
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
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
