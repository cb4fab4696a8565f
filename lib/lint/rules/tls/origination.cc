// EGR0401 double-tls, EGR0405 no-origination
#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/routing/sidecar_ports.h"
#include "lib/lint/rules/tls/client_tls.h"
#include "lib/lint/rules/tls/gateway_legs.h"
#include "lib/lint/rules/tls/tls.h"
#include "lib/yaml/append.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kDouble{"EGR0401", "double-tls", Severity::Error};
constexpr RuleId kNone{"EGR0405", "no-origination", Severity::Error};
constexpr std::string_view kDoubleReferences[] = {
    "https://istio.io/latest/docs/ops/common-problems/network-issues/#double-tls",
    "istio/istio#17031", "istio/istio#28858", "istio/istio#29746"};
constexpr std::string_view kNoneReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway-tls-origination/",
    "istio/istio#30808", "istio/istio#16453", "istio/istio#31513"};

// The external host that a backend of the Gateway API leads to: one of kind Hostname, or the name
// behind a Service of type ExternalName; empty for others.
std::string external_host(const mesh::Mesh& mesh, const resource::Resource& route,
                          const resource::BackendRef& backend) {
  if (is_hostname(backend)) return *backend.name;
  if (!is_service(backend)) return {};
  const std::string_view name_space = backend.name_space.present()
                                          ? std::string_view(*backend.name_space)
                                          : mesh.namespace_of(route);
  const resource::Resource* service = mesh.find(resource::Kind::Service, name_space, *backend.name);
  return service == nullptr ? std::string() : *service->as<resource::Service>()->external_name;
}

// The subsets ("": none) that rules which send no TLS lead to, by "host:port", and by "host" where
// a rule names no port.
using PlainTargets = std::unordered_map<std::string, std::unordered_set<std::string>>;

// Adds the backends that HTTP routes of the Gateway API send plain text to, as "host:port".
void add_backends(const mesh::Mesh& mesh, PlainTargets& out) {
  for (const resource::Kind kind : {resource::Kind::HttpRoute, resource::Kind::GrpcRoute})
    for (const resource::Resource* route : mesh.all(kind))
      for (const auto& rule : *route->as<resource::KubernetesRoute>()->rules)
        for (const auto& backend : *rule->backend_refs)
          if (const std::string host = external_host(mesh, *route, *backend); !host.empty())
            out[fmt::format("{}:{}", host, *backend->port)].insert("");
}

// Whether sidecars take what is no TLS to the host, on another port: by a "tcp" rule for a port
// that is not for TLS, and by no "tls" rule.
bool comes_plain(const mesh::Mesh& mesh, const std::string& host) {
  const auto is_plain_port = [&](const mesh::RouteMatch& match) {
    if (match.port == nullptr || !match.port->present()) return false;
    const auto named = mesh.registry().named(host);
    return std::any_of(named.begin(), named.end(), [&](const mesh::Service* service) {
      const mesh::ServicePort* port = service->port(**match.port);
      return port != nullptr && !resource::is_tls(port->protocol);
    });
  };
  bool plain = false;
  for (const mesh::VirtualService* service : mesh.routes_of(host))
    for (const mesh::Route& route : service->routes) {
      if (route.kind == mesh::RouteKind::Tls) return false;
      plain = plain ||
              (route.kind == mesh::RouteKind::Tcp && mesh::applies_at(*service, route, "mesh") &&
               std::any_of(route.matches.begin(), route.matches.end(), is_plain_port));
    }
  return plain;
}

// Where rules lead to that send no TLS.
PlainTargets plain_targets(const mesh::Mesh& mesh) {
  PlainTargets out;
  add_backends(mesh, out);
  for (const mesh::VirtualService& service : mesh.routes())
    for (const mesh::Route& route : service.routes) {
      const bool by_tcp = route.kind == mesh::RouteKind::Tcp && route.targets.size() == 1 &&
                          comes_plain(mesh, route.targets.front().host);
      if (route.kind != mesh::RouteKind::Http && !by_tcp) continue;
      for (const mesh::RouteTarget& target : route.targets)
        out[target.destination->port.present()
                ? fmt::format("{}:{}", target.host, *target.destination->port->number)
                : target.host]
            .insert(*target.destination->subset);
    }
  return out;
}

// Whether a rule leads plain text to where the DestinationRule's own settings for the port count: a
// subset may have others.
bool leads_plain(const PlainTargets& plain, const std::string& target, const mesh::Rule& rule,
                 std::int64_t port) {
  const auto found = plain.find(target);
  if (found == plain.end()) return false;
  const auto& subsets = *rule.rule->subsets;
  return std::any_of(found->second.begin(), found->second.end(), [&](const std::string& name) {
    return std::none_of(subsets.begin(), subsets.end(), [&](const auto& subset) {
      return *subset->name == name && client_tls(*subset->traffic_policy, port) != nullptr;
    });
  });
}

// Whether the settings are for HTTP that a rule for sidecars or a gateway takes to the host, though
// it leads elsewhere: chosen for the one port, or there is no port of HTTP that they could be for.
bool is_for_http(const mesh::Mesh& mesh, const mesh::Rule& rule, const mesh::Service& service,
                 std::int64_t port) {
  const auto& routes = mesh.routes_of(rule.host);
  if (std::none_of(routes.begin(), routes.end(), [](const mesh::VirtualService* other) {
        return !other->service->http->empty();
      }))
    return false;
  return port_policy(*rule.rule->traffic_policy, port) != nullptr ||
         std::none_of(
             service.ports.begin(), service.ports.end(),
             [](const mesh::ServicePort& other) { return resource::is_http(other.protocol); });
}

// Whether nothing but TLS is sent by the settings.
bool serves_tls_alone(const mesh::Rule& rule, const mesh::Service& service, const ClientTls* tls) {
  return std::all_of(service.ports.begin(), service.ports.end(),
                     [&](const mesh::ServicePort& port) {
                       return resource::is_tls(port.protocol) ||
                              client_tls(*rule.rule->traffic_policy, port.number) != tls;
                     });
}

void check_double(const Context& in, Diagnostics& out) {
  const auto plain = plain_targets(in.mesh());
  for (const mesh::Rule& rule : in.mesh().rules().all()) {
    std::unordered_set<const ClientTls*> told;
    for (const mesh::Service* service : in.mesh().registry().named(rule.host)) {
      if (!service->is_external()) continue;
      for (const mesh::ServicePort& port : service->ports) {
        const ClientTls* tls = client_tls(*rule.rule->traffic_policy, port.number);
        if (tls == nullptr || !originates(*tls) || !resource::is_tls(port.protocol) ||
            leads_plain(plain, rule.host, rule, port.number) ||
            leads_plain(plain, fmt::format("{}:{}", rule.host, port.number), rule, port.number) ||
            is_for_http(in.mesh(), rule, *service, port.number) || !told.insert(tls).second)
          continue;
        auto finding = out.report(
            kDouble, (*tls)->mode.range,
            "clients send TLS to port {} of \"{}\" already, and this makes TLS of it once more",
            port.number, rule.host);
        finding.related(port.range, "the port is declared here")
            .help(
                "remove it, or set it under portLevelSettings for a port to which clients send "
                "plain HTTP");
        if (!serves_tls_alone(rule, *service, tls) || !(*tls)->mode.present()) continue;
        if (const auto edit = yaml::replace_string(*(*tls)->mode.node, "DISABLE"))
          finding.fix({.title = "pass TLS on as it comes", .safe = false, .edits = {*edit}});
      }
    }
  }
}

// Whether servers on the port expect TLS.
bool expects_tls(const mesh::ServicePort& port) {
  return resource::is_tls(port.protocol) ||
         (resource::is_http(port.protocol) && port.target == 443);
}

// Writes a DestinationRule for the proxies of the hop, where no rule for the host is.
std::optional<Fix> originate(const mesh::Mesh& mesh, const Hop& hop, std::int64_t port) {
  const std::string& host = hop.target->host;
  std::string name = fmt::format("originate-{}", host);
  std::replace(name.begin(), name.end(), '.', '-');
  if (host.starts_with('*') || hop.client == mesh.settings().root_namespace ||
      !mesh.rules().covering(host).empty() ||
      mesh.find(resource::Kind::DestinationRule, hop.client, name) != nullptr)
    return std::nullopt;
  const std::string text = yaml::emit_string(host);
  const std::string document = fmt::format(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: {}\n"
      "  namespace: {}\nspec:\n  host: {}\n  exportTo:\n  - .\n  trafficPolicy:\n"
      "    portLevelSettings:\n    - port:\n        number: {}\n      tls:\n"
      "        mode: SIMPLE\n        sni: {}\n        subjectAltNames:\n        - {}\n",
      yaml::emit_string(name), yaml::emit_string(hop.client), text, port, text, text);
  return yaml::document_fix(*hop.target->range.source, document,
                            fmt::format("make TLS of it in namespace \"{}\"", hop.client));
}

void check_none(const Context& in, Diagnostics& out) {
  const Hops& hops = in.shared<Hops>();
  std::unordered_set<const resource::Destination*> told;
  for (const Hop& hop : hops.all()) {
    if (hop.mirror || hop.route->kind != mesh::RouteKind::Http || hop.client.empty()) continue;
    const mesh::RouteTarget& target = *hop.target;
    for (const mesh::Service* service : in.mesh().registry().named(target.host)) {
      if (!service->is_external()) continue;
      const auto& number = target.destination->port;
      const mesh::ServicePort* port = number.present()             ? service->port(*number->number)
                                      : service->ports.size() == 1 ? &service->ports.front()
                                                                   : nullptr;
      if (port == nullptr || !expects_tls(*port)) continue;
      const ClientTls* tls = client_tls(in, hop, port->number);
      if (tls != nullptr && *(*tls)->mode != resource::ClientTlsMode::Disable) continue;
      if (sidecars_never_come(in, hop) || !told.insert(target.destination).second) continue;
      auto finding = out.report(
          kNone, target.range,
          "{} plain HTTP to port {} of \"{}\", which expects TLS: no DestinationRule makes "
          "TLS of it",
          hop.gateway != nullptr ? fmt::format("gateway \"{}\" sends", hop.gateway->written_name)
                                 : std::string("sidecars send"),
          port->number, target.host);
      finding.related(port->range, "the port is declared here")
          .help(fmt::format("write a DestinationRule for \"{}\" with \"mode: SIMPLE\" and \"sni\" "
                            "in namespace \"{}\"",
                            target.host, hop.client));
      if (auto fix = originate(in.mesh(), hop, port->number)) finding.fix(std::move(*fix));
    }
  }
}

// Whether a server takes nothing but TLS. Of the mesh's own mTLS another rule tells.
bool takes_tls(const LegPlace& place) {
  const resource::Server& server = **place.server;
  return resource::is_tls(*server.port->protocol) && server.tls.present() &&
         *server.tls->mode != resource::ServerTlsMode::IstioMutual;
}

// Whether sidecars send plain HTTP on a leg of an "http" rule.
bool is_plain(const Context& in, const GatewayLeg& leg) {
  if (leg.tls != nullptr && *(*leg.tls)->mode != resource::ClientTlsMode::Disable) return false;
  // A subset that no rule has is another rule's.
  const std::string& subset = *leg.target->destination->subset;
  if (!subset.empty() && mesh::find_subset(leg.rules, subset) == nullptr) return false;
  const HostPorts ports = host_ports(in, *leg.service);
  return !ports.complete || ports.all.empty() ||
         !sidecar_ports(ports, *leg.service, *leg.route).empty();
}

void check_gateways(const Context& in, Diagnostics& out) {
  std::unordered_set<const resource::Destination*> told;
  std::unordered_map<const LegServers*, bool> tls_alone;  // many legs have the same servers
  const auto take_tls_alone = [&](const LegServers& servers) {
    const auto [found, added] = tls_alone.try_emplace(&servers, false);
    if (added) found->second = std::all_of(servers.all().begin(), servers.all().end(), takes_tls);
    return found->second;
  };
  for (const GatewayLeg& leg : gateway_legs(in)) {
    if (leg.route->kind != mesh::RouteKind::Http || !take_tls_alone(*leg.servers) ||
        !is_plain(in, leg))
      continue;
    const LegPlace& place = leg.servers->all().front();
    // A set without the gateway's Service may lack what goes with it, too.
    if ((leg.rules.empty() && place.gateway->services.empty()) ||
        !told.insert(leg.target->destination).second)
      continue;
    out.report(
           kNone, leg.target->range,
           "sidecars send plain HTTP to port {} of \"{}\", where gateway \"{}\" expects TLS: no "
           "DestinationRule makes TLS of it",
           leg.port, leg.target->host, place.gateway->written_name)
        .related((*place.server)->tls.range, "what the gateway expects")
        .help("send to a server for HTTP, or use the mesh's mTLS at both ends");
  }
}

void check_plain(const Context& in, Diagnostics& out) {
  check_none(in, out);
  check_gateways(in, out);
}

}  // namespace

const Rule kDoubleTls{
    .info = {.id = kDouble,
             .summary = "TLS made of what is TLS already",
             .why = "The proxy wraps the client's TLS into TLS of its own, which the server does "
                    "not expect: `wrong version number`, `503 UF`.",
             .mend = "Set the TLS for the HTTP port alone (`portLevelSettings`), drop it, or let "
                     "clients send HTTP.",
             .references = kDoubleReferences},
    .check = check_double,
    .reads_gateway_api = true};

const Rule kNoOrigination{
    .info = {.id = kNone,
             .summary = "plain HTTP sent to a port that expects TLS",
             .why = "The server answers `400 The plain HTTP request was sent to HTTPS port`, or "
                    "closes (`503 UC`).",
             .mend = "Write a DestinationRule with `SIMPLE` and `sni` where the sending proxy "
                     "finds it: for a gateway, in the gateway's namespace. Sidecars send to a "
                     "gateway by the mesh's mTLS, or to a server for HTTP.",
             .references = kNoneReferences},
    .check = check_plain,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
