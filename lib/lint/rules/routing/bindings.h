// VirtualServices at the Gateways that they name: which servers take their routes.
//
// Source: istio/istio pilot/pkg/networking/core/gateway.go (createGatewayTCPFilterChainOpts,
// isGatewayMatch, pickMatchingGatewayHosts).
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/lint/context.h"
#include "lib/mesh/host_index.h"

namespace egressctl::lint::rules {

using Server = resource::Positioned<resource::Server>;

// A VirtualService and a Gateway of the input that it names.
struct Binding {
  const mesh::VirtualService* service = nullptr;
  const mesh::GatewayView* gateway = nullptr;
};

// In the order of the input.
[[nodiscard]] std::vector<Binding> bindings(const Context& in);

// The matches of a route; nullptr for a route without any.
[[nodiscard]] std::vector<const mesh::RouteMatch*> matches_of(const mesh::Route& route);

// Whether a match (nullptr: everything) may hold at a gateway, or at "mesh".
[[nodiscard]] bool may_hold(const mesh::VirtualService& service, const mesh::RouteMatch* match,
                            std::string_view gateway);

// The names that a match is for (nullptr: everything): its SNI hosts, else the VirtualService's.
[[nodiscard]] std::vector<std::string_view> names_of(const mesh::VirtualService& service,
                                                     const mesh::RouteMatch* match);

// The names for which a route holds at a gateway, or at "mesh": the SNI hosts of its matches there,
// else the VirtualService's hosts; none where it does not hold.
[[nodiscard]] std::vector<std::string_view> names_at(const mesh::VirtualService& service,
                                                     const mesh::Route& route,
                                                     std::string_view gateway);

// The host that a route of HTTP writes into requests; empty where they keep theirs.
//
// Source: istio/istio pilot/pkg/networking/core/route/route.go (applyHTTPRouteDestination,
// processWeightedDestination: host rewrites).
[[nodiscard]] std::string_view rewritten_host(const mesh::Route& route);

// A host of a Gateway's server without the namespace that it is open to: "host", "namespace/host".
[[nodiscard]] inline std::string_view host_part(std::string_view written) {
  return written.substr(written.find('/') + 1);
}

// Whether the server has a host in common with the VirtualService that it takes from its namespace.
[[nodiscard]] bool takes(const mesh::GatewayView& gateway, const resource::Server& server,
                         const mesh::VirtualService& service);

// Whether TLS goes through the server as it comes.
[[nodiscard]] bool passes_through(const resource::Server& server);

// The kind of routes that a server uses; it leaves all others aside.
[[nodiscard]] mesh::RouteKind kind_of(const resource::Server& server);

// Whether a server uses the VirtualService's routes of a kind: its own kind, and what a TLSRoute
// makes where it ends TLS.
//
// Source: istio/istio pilot/pkg/networking/core/gateway.go
// (buildGatewayNetworkFiltersFromTCPRoutes).
[[nodiscard]] bool uses(const resource::Server& server, const mesh::VirtualService& service,
                        mesh::RouteKind kind);

// The only port of the host to which rules of the kind may lead what a gateway lets out: plain
// HTTP, else the client's TLS; 0 where there is none or are several.
[[nodiscard]] std::int64_t only_port(const mesh::Service& host, mesh::RouteKind kind);

// Finds the servers of Gateways by their hosts; works out once for each Gateway what that takes.
class Servers {
 public:
  // The servers of the binding's Gateway that take the VirtualService, and that a match's port
  // fits, in their order.
  [[nodiscard]] std::vector<const Server*> of(const Binding& binding,
                                              const mesh::RouteMatch* match);

 private:
  std::unordered_map<const mesh::GatewayView*, mesh::HostIndex<Server>> by_host_;
};

// Whether some server uses the route at a match.
[[nodiscard]] bool is_used(Servers& servers, const Binding& binding, const mesh::Route& route,
                           const mesh::RouteMatch* match);

// The list that the route stands in: `spec.http`, `spec.tls` or `spec.tcp`. Its key, or what stands
// for it.
[[nodiscard]] SourceRange list_of(const mesh::VirtualService& service, mesh::RouteKind kind);

// Whether an EnvoyFilter may change what the gateway's chains do.
[[nodiscard]] bool is_patched(const Context& in, const mesh::GatewayView& gateway);

// Whether an EnvoyFilter names another cluster for TCP connections of the gateway: what their
// routes name need not exist then, as istiod makes the chain anyway.
[[nodiscard]] bool sends_elsewhere(const Context& in, const mesh::GatewayView& gateway);

}  // namespace egressctl::lint::rules
