// EGR0306 route-kind
#include <algorithm>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0306", "route-kind", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSRoute",
    "istio/istio#46004", "istio/istio#39206"};

std::string_view words_for(const resource::Server& server) {
  if (passes_through(server)) return "passes TLS through";
  if (resource::is_http(*server.port->protocol)) return "speaks HTTP";
  if (*server.port->protocol == resource::Protocol::Https) return "ends TLS in front of HTTP";
  return server.tls.present() ? "ends TLS" : "speaks TCP";
}

// The first route of the VirtualService that is meant for the server but of another kind; nullptr
// when one fits, or none is meant for it.
const mesh::Route* find_misfit(const Binding& binding, const Server& server) {
  const mesh::Route* misfit = nullptr;
  for (const mesh::Route& route : binding.service->routes)
    for (const mesh::RouteMatch* match : matches_of(route)) {
      if (!may_hold(*binding.service, match, binding.gateway->name)) continue;
      const auto servers = servers_for(binding, match);
      if (std::find(servers.begin(), servers.end(), &server) == servers.end()) continue;
      if (kind_of(*server) == route.kind) return nullptr;
      if (misfit == nullptr) misfit = &route;
    }
  return misfit;
}

void check(const Context& in, Diagnostics& out) {
  for (const Binding& binding : bindings(in))
    for (const Server& server : *binding.gateway->gateway->servers) {
      // A server for TLS without settings for it is a mistake of its own.
      if (resource::is_tls(*server->port->protocol) && !server->tls.present()) continue;
      const mesh::Route* misfit = find_misfit(binding, server);
      if (misfit == nullptr) continue;
      out.report(kId, misfit->range,
                 "the server of gateway \"{}\" {}, so it uses \"{}\" routes; this is a \"{}\" "
                 "route",
                 binding.gateway->name, words_for(*server), mesh::to_string(kind_of(*server)),
                 mesh::to_string(misfit->kind))
          .related(server->tls.present() ? server->tls.range : server.range, "the server is here")
          .help(fmt::format("write it as a \"{}\" route, or change what the server does with TLS",
                            mesh::to_string(kind_of(*server))));
    }
}

}  // namespace

const Rule kRouteKind{
    .info = {.id = kId,
             .summary = "a route of a kind that the Gateway's server does not use",
             .why = "The listener gets no filters, and every connection is reset "
                    "(`SSL_ERROR_SYSCALL`). istiod logs `listener missed network filter`.",
             .mend = "Passed-through TLS needs `tls` routes, TLS that ends at the gateway `tcp`, "
                     "HTTP and HTTPS `http`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
