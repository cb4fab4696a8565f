// EGR0303 gateway-half-missing
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/lint/rules/routing/unreached_servers.h"
#include "lib/lint/rules/tls/gateway_legs.h"
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

std::vector<std::string_view> names_of(const Context& in, const VirtualService& service,
                                       const mesh::RouteTarget& target) {
  std::vector<std::string_view> out(service.hosts.begin(), service.hosts.end());
  const resource::Destination& destination = *target.destination;
  const std::string& subset = *destination.subset;
  const auto rules = deciding_rules(in, service.name_space, target.host, subset);
  const ClientTls* tls = client_tls(rules, subset, *destination.port->number);
  if (tls != nullptr && !(*tls)->sni->empty()) out.push_back(*(*tls)->sni);
  return out;
}

// The Gateways behind a Service that listen for one of its ports.
struct Listening {
  const GatewayView* first = nullptr;  // nullptr: none
  bool patched = false;                // patches may do what no VirtualService does
  mesh::HostIndex<VirtualService> routed;

  // Whether a gateway has a route for one of the names: those of the client's VirtualService and
  // the SNI that sidecars put on the outside.
  [[nodiscard]] bool has_route(const std::vector<std::string_view>& names) const {
    const auto any = [](const VirtualService&) { return true; };
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
      return routed.overlapping(name, any) != nullptr;
    });
  }
};

class Gateways {
 public:
  explicit Gateways(const Context& in) : in_(in) {}

  const Listening& behind(const mesh::RouteTarget& target) {
    const auto& port = target.destination->port;
    const std::int64_t number = port.present() ? *port->number : 0;
    const auto [found, added] = known_.try_emplace({target.host, number});
    if (!added) return found->second;
    Listening& out = found->second;
    std::unordered_set<const VirtualService*> seen;
    for (const GatewayView* gateway : in_.gateways().behind(target.host)) {
      const auto& servers = *gateway->gateway->servers;
      if (std::none_of(servers.begin(), servers.end(), [&](const Server& server) {
            return !port.present() || *server->port->number == number;
          }))
        continue;
      if (out.first == nullptr) out.first = gateway;
      out.patched = out.patched || is_patched(in_, *gateway);
      for (const VirtualService* bound : gateway->bound)
        if (has_route_at(*bound, *gateway) && seen.insert(bound).second)
          for (const std::string& host : bound->hosts) out.routed.add(host, bound);
    }
    return out;
  }

 private:
  static bool has_route_at(const VirtualService& service, const GatewayView& gateway) {
    return std::any_of(service.routes.begin(), service.routes.end(), [&](const mesh::Route& route) {
      return mesh::applies_at(service, route, gateway.name);
    });
  }

  const Context& in_;
  std::map<std::pair<std::string, std::int64_t>, Listening> known_;
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

// The only port of the host that takes what the server lets out: HTTP, or the client's TLS; 0 where
// there is none or are several.
std::int64_t port_behind(const mesh::Service& host, mesh::RouteKind kind) {
  std::int64_t out = 0;
  for (const mesh::ServicePort& port : host.ports) {
    if (kind == mesh::RouteKind::Http ? !resource::is_http(port.protocol)
                                      : !resource::is_tls(port.protocol))
      continue;
    if (out != 0) return 0;
    out = port.number;
  }
  return out;
}

// A VirtualService of the Gateway's own that leads the host to itself. Only for one plain name that
// one ServiceEntry defines.
std::optional<Fix> gateway_half(const Context& in, const VirtualService& service,
                                const mesh::RouteTarget& target, const GatewayView& gateway,
                                const std::vector<std::string_view>& names) {
  const mesh::Mesh& mesh = in.mesh();
  if (service.hosts.size() != 1 || in.gateways().behind(target.host).size() != 1 ||
      !target.destination->port.present())
    return std::nullopt;
  const std::string& host = service.hosts.front();
  const auto& entries = mesh.registry().named(host);
  const std::int64_t number = *target.destination->port->number;
  const Server* server = only_server(gateway, service, number);
  const std::string name = fmt::format("{}-from-gateway", *service.resource->metadata.name);
  const bool other_sni =
      std::any_of(names.begin(), names.end(), [&](std::string_view each) { return each != host; });
  if (host.starts_with('*') || entries.size() != 1 || entries.front()->entry == nullptr ||
      server == nullptr || other_sni ||
      mesh.find(resource::Kind::VirtualService, service.name_space, name) != nullptr)
    return std::nullopt;
  const mesh::RouteKind kind = kind_of(**server);
  const std::int64_t port = port_behind(*entries.front(), kind);
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
  const auto edit = yaml::append_document(*service.resource->range.source, document);
  if (!edit) return std::nullopt;
  return Fix{.title = "lead it from the gateway to the host", .safe = false, .edits = {*edit}};
}

void check(const Context& in, Diagnostics& out) {
  Gateways gateways(in);
  std::unordered_set<const VirtualService*> told;
  const UnreachedServers unreached(in);
  for (const VirtualService* service : in.mesh().bound_to("mesh"))
    for (const mesh::Route& route : service->routes) {
      if (!mesh::applies_at(*service, route, "mesh")) continue;
      for (const mesh::RouteTarget& target : route.targets) {
        const Listening& listening = gateways.behind(target);
        if (listening.first == nullptr || listening.patched) continue;
        const auto names = names_of(in, *service, target);
        if (listening.has_route(names) ||
            std::any_of(names.begin(), names.end(),
                        [&](std::string_view name) { return unreached.take(name); }) ||
            !told.insert(service).second)
          continue;
        auto finding = out.report(
            kId, list_of(*service, route.kind),
            "sidecars send \"{}\" to gateway \"{}\", which has no route for it",
            service->hosts.empty() ? std::string() : service->hosts.front(), listening.first->name);
        finding.related(listening.first->resource->metadata.name.range, "the Gateway is here")
            .related(target.range, "where sidecars send it")
            .help(fmt::format("add a rule with \"gateways: [{}]\" that leads to the host itself",
                              listening.first->name));
        if (auto fix = gateway_half(in, *service, target, *listening.first, names))
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
    .check = check};

}  // namespace egressctl::lint::rules
