// EGR0306 route-kind
#include <algorithm>
#include <functional>
#include <map>
#include <set>

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

// The servers that a route of the VirtualService may be meant for.
std::set<const Server*, std::less<>> servers_of(Servers& servers, const Binding& binding,
                                                const mesh::Route& route) {
  std::set<const Server*, std::less<>> out;
  for (const mesh::RouteMatch* match : matches_of(route))
    if (may_hold(*binding.service, match, binding.gateway->name))
      for (const Server* server : servers.of(binding, match)) out.insert(server);
  return out;
}

// Of each server that the VirtualService means, the first route of another kind; nullptr where one
// fits. A route that another server uses may be meant for that one alone.
std::map<const Server*, const mesh::Route*, std::less<>> find_misfits(Servers& servers,
                                                                      const Binding& binding) {
  std::map<const Server*, const mesh::Route*, std::less<>> out;
  for (const mesh::Route& route : binding.service->routes) {
    const auto meant = servers_of(servers, binding, route);
    const auto fits = [&](const Server* server) { return kind_of(**server) == route.kind; };
    const bool is_used = std::any_of(meant.begin(), meant.end(), fits);
    for (const Server* server : meant) {
      if (fits(server))
        out[server] = nullptr;
      else if (!is_used)
        out.try_emplace(server, &route);
    }
  }
  return out;
}

void check(const Context& in, Diagnostics& out) {
  Servers servers;
  for (const Binding& binding : bindings(in))
    for (const auto& [place, misfit] : find_misfits(servers, binding)) {
      const Server& server = *place;
      // A server for TLS without settings for it is a mistake of its own.
      if (resource::is_tls(*server->port->protocol) && !server->tls.present()) continue;
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
