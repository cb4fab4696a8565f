// EGR0303 gateway-half-missing
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lib/lint/rules/gateway_api/refused_routes.h"
#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/lint/rules/routing/unreached_servers.h"
#include "lib/lint/rules/tls/gateway_legs.h"
#include "lib/mesh/gateway_api.h"
#include "lib/mesh/host_index.h"
#include "lib/yaml/append.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0303", "gateway-half-missing", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/",
    "istio/istio#34357", "istio/istio#51507"};

using mesh::GatewayView;
using mesh::VirtualService;

// The SNI that sidecars put on the outside; empty for that of the client.
std::string_view outer_sni(const Context& in, const VirtualService& service,
                           const mesh::RouteTarget& target) {
  const resource::Destination& destination = *target.destination;
  const std::string& subset = *destination.subset;
  const auto rules = deciding_rules(in, service.name_space, target.host, subset);
  const ClientTls* tls = client_tls(rules, subset, *destination.port->number);
  return tls != nullptr ? std::string_view(*(*tls)->sni) : std::string_view();
}

// The Gateways behind a port of a Service.
struct Listening {
  const GatewayView* first = nullptr;
  bool patched = false;  // patches may do what no VirtualService does
  mesh::HostIndex<VirtualService> routed = {};

  void add(const GatewayView& gateway, bool is_patched) {
    if (first == nullptr) first = &gateway;
    patched = patched || is_patched;
  }
  [[nodiscard]] bool has_route(std::string_view name) const {
    return routed.overlapping(name, [](const VirtualService&) { return true; }) != nullptr;
  }
};

// What listens behind a Service: by the port of the server, and on any.
struct Front {
  std::unordered_map<std::int64_t, Listening> by_port = {};
  Listening any = {};
};

class Gateways {
 public:
  explicit Gateways(const Context& in) : in_(in) {}

  // nullptr where no Gateway listens.
  const Listening* behind(const mesh::RouteTarget& target) {
    const auto [known, added] = fronts_.try_emplace(target.host);
    Front& front = known->second;
    if (added)
      for (const GatewayView* gateway : in_.gateways().behind(target.host)) add(*gateway, front);
    const auto& port = target.destination->port;
    if (!port.present()) return front.any.first == nullptr ? nullptr : &front.any;
    const auto found = front.by_port.find(*port->number);
    return found == front.by_port.end() ? nullptr : &found->second;
  }

 private:
  void add(const GatewayView& gateway, Front& front) {
    const bool patched = is_patched(in_, gateway);
    for (const Server& server : *gateway.gateway->servers) {
      front.by_port[*server->port->number].add(gateway, patched);
      front.any.add(gateway, patched);
    }
    for (const VirtualService* bound : gateway.bound)
      for (const mesh::Route& route : bound->routes)
        for (const mesh::RouteMatch* match : matches_of(route))
          add({bound, &gateway}, route, match, front);
  }

  // Where no server fits the kind of the route, that is another rule's: it counts as one.
  void add(const Binding& binding, const mesh::Route& route, const mesh::RouteMatch* match,
           Front& front) {
    if (!may_hold(*binding.service, match, binding.gateway->name)) return;
    const bool used = is_used(servers_, binding, route, match);
    const auto names = names_of(*binding.service, match);
    for (const Server* server : servers_.of(binding, match)) {
      if (used && !uses(**server, *binding.service, route.kind)) continue;
      for (Listening* listening : {&front.by_port[*(*server)->port->number], &front.any}) {
        for (const std::string_view name : names) listening->routed.add(name, binding.service);
        // Nothing but the server tells connections of TCP apart.
        if (route.kind == mesh::RouteKind::Tcp)
          for (const resource::Text& host : *(*server)->hosts)
            listening->routed.add(host_part(*host), binding.service);
      }
    }
  }

  const Context& in_;
  Servers servers_;
  std::unordered_map<std::string, Front> fronts_;  // by the Service's host
};

// The server of the Gateway on the port that takes the VirtualService, when there is just one.
const Server* only_server(const GatewayView& gateway, const VirtualService& service,
                          std::int64_t port) {
  const Server* found = nullptr;
  for (const Server& server : *gateway.gateway->servers) {
    if (*server->port->number != port || !takes(gateway, *server, service)) continue;
    if (found != nullptr) return nullptr;
    found = &server;
  }
  return found;
}

// A VirtualService of the Gateway's own that leads the host to itself. Only for one plain name that
// one ServiceEntry defines.
std::optional<Fix> gateway_half(const Context& in, const VirtualService& service,
                                const mesh::RouteTarget& target, const GatewayView& gateway,
                                std::string_view outer) {
  const mesh::Mesh& mesh = in.mesh();
  if (mesh::is_converted(*gateway.resource) || service.hosts.size() != 1 ||
      in.gateways().behind(target.host).size() != 1 || !target.destination->port.present())
    return std::nullopt;
  const std::string& host = service.hosts.front();
  const auto& entries = mesh.registry().named(host);
  const std::int64_t number = *target.destination->port->number;
  const Server* server = only_server(gateway, service, number);
  const std::string name = fmt::format("{}-from-gateway", *service.resource->metadata.name);
  const bool other_sni = !outer.empty() && outer != host;
  if (host.starts_with('*') || entries.size() != 1 || entries.front()->entry == nullptr ||
      server == nullptr || other_sni ||
      mesh.find(resource::Kind::VirtualService, service.name_space, name) != nullptr)
    return std::nullopt;
  const mesh::RouteKind kind = kind_of(**server);
  const std::int64_t port = only_port(*entries.front(), kind);
  if (port == 0) return std::nullopt;
  const std::string text = yaml::emit_string(host);
  const std::string document = fmt::format(
      "apiVersion: {}\nkind: VirtualService\nmetadata:\n  name: {}\n  namespace: {}\n"
      "spec:\n  hosts:\n  - {}\n  gateways:\n  - {}\n  {}:\n  - match:\n    - port: {}\n{}"
      "    route:\n    - destination:\n        host: {}\n        port:\n          number: {}\n",
      *service.resource->api_version.text, yaml::emit_string(name),
      yaml::emit_string(service.name_space), text, yaml::emit_string(gateway.name),
      mesh::to_string(kind), number,
      kind == mesh::RouteKind::Tls ? fmt::format("      sniHosts:\n      - {}\n", text)
                                   : std::string(),
      text, port);
  return yaml::document_fix(*service.resource->range.source, document,
                            "lead it from the gateway to the host");
}

std::string help_for(const GatewayView& gateway) {
  return mesh::is_converted(*gateway.resource)
             ? "write a route whose parent is the Gateway and whose backend is the host itself"
             : fmt::format("add a rule with \"gateways: [{}]\" that leads to the host itself",
                           gateway.name);
}

void check(const Context& in, Diagnostics& out) {
  Gateways gateways(in);
  std::unordered_set<const VirtualService*> told;
  const UnreachedServers unreached(in);
  const RefusedRoutes refused(in.mesh());
  for (const VirtualService* service : in.mesh().bound_to("mesh"))
    for (const mesh::Route& route : service->routes) {
      if (!mesh::applies_at(*service, route, "mesh")) continue;
      for (const mesh::RouteTarget& target : route.targets) {
        const Listening* listening = gateways.behind(target);
        if (listening == nullptr || listening->patched) continue;
        const auto is_taken = [&](std::string_view name) {
          return listening->has_route(name) || unreached.take(name) ||
                 refused.lead(*listening->first, name);
        };
        const std::string_view outer = outer_sni(in, *service, target);
        if (!outer.empty() && is_taken(outer)) continue;
        auto names = names_at(*service, route, "mesh");
        if (const auto host = rewritten_host(route); !host.empty()) names = {host};
        const auto lost = std::find_if_not(names.begin(), names.end(), is_taken);
        if (lost == names.end() || !told.insert(service).second) continue;
        auto finding =
            out.report(kId, list_of(*service, route.kind),
                       "sidecars send \"{}\" to gateway \"{}\", which has no route for it", *lost,
                       listening->first->written_name);
        finding.related(listening->first->resource->metadata.name.range, "the Gateway is here")
            .related(target.range, "where sidecars send it")
            .help(help_for(*listening->first));
        if (auto fix = gateway_half(in, *service, target, *listening->first, outer))
          finding.fix(std::move(*fix));
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
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
