// EGR0301 no-mesh-binding
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/mesh/gateway_api.h"
#include "lib/mesh/host_index.h"
#include "lib/yaml/append.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0301", "no-mesh-binding", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/",
    "istio/istio#61831"};

bool is_external(const Context& in, std::string_view host) {
  const auto services = in.mesh().registry().covering(host);
  return std::any_of(services.begin(), services.end(),
                     [](const mesh::Service* service) { return service->is_external(); });
}

// Whether its matches name gateways that the VirtualService is not bound to, which is another
// rule's.
bool is_dead(const mesh::VirtualService& service, const mesh::Route& route) {
  return std::none_of(
      service.gateways.begin(), service.gateways.end(),
      [&](const std::string& gateway) { return mesh::applies_at(service, route, gateway); });
}

// Whether it leads somewhere into the cluster, which may be the gateway under a name that the input
// lacks.
bool leads_inside(const Context& in, const mesh::Route& route) {
  return std::any_of(route.targets.begin(), route.targets.end(),
                     [&](const mesh::RouteTarget& target) {
                       return !mesh::is_external_host(in.mesh(), target.host);
                     });
}

using Leading = mesh::HostIndex<resource::Resource>;

// ServiceEntries whose endpoints are in the cluster: sidecars take the gateway for the host itself.
void add_entries(const Context& in, Leading& out) {
  const std::string inside = fmt::format(".svc.{}", in.mesh().settings().cluster_domain);
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::ServiceEntry)) {
    const auto& entry = *resource->as<resource::ServiceEntry>();
    const auto& endpoints = *entry.endpoints;
    if (std::any_of(endpoints.begin(), endpoints.end(),
                    [&](const auto& each) { return (*each->address).ends_with(inside); }))
      for (const resource::Text& host : *entry.hosts) out.add(*host, resource);
  }
}

// What leads sidecars inside: VirtualServices and entries, by the names for which they do.
Leading leading_inside(const Context& in) {
  Leading out;
  add_entries(in, out);
  for (const mesh::VirtualService* service : in.mesh().bound_to("mesh"))
    for (const mesh::Route& route : service->routes) {
      // What a delegate does is not looked at.
      const bool delegates = route.http != nullptr && route.http->delegate.present();
      if (!delegates && !leads_inside(in, route)) continue;
      for (const std::string_view name : names_at(*service, route, "mesh"))
        out.add(name, service->resource);
      if (const auto host = rewritten_host(route);
          !host.empty() && mesh::applies_at(*service, route, "mesh"))
        out.add(host, service->resource);
      if (is_dead(*service, route))
        for (const std::string& host : service->hosts) out.add(host, service->resource);
    }
  return out;
}

// The hosts to which Sidecars send all that no route takes, which is how clients may get to them.
std::unordered_set<std::string> egress_proxies(const Context& in) {
  std::unordered_set<std::string> out;
  const mesh::Settings& settings = in.mesh().settings();
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::Sidecar)) {
    const auto& policy = resource->as<resource::Sidecar>()->outbound_traffic_policy;
    const std::string& host = *policy->egress_proxy->host;
    if (!host.empty())
      out.insert(mesh::resolve_short_name(host, in.mesh().namespace_of(*resource),
                                          settings.cluster_domain));
  }
  return out;
}

// The names that the gateway sends out of the mesh by this VirtualService; its hosts where those
// are none of the world's, such as the SNI that sidecars put on the outside.
std::vector<std::string_view> let_out(const Context& in, const Binding& binding) {
  const mesh::VirtualService& service = *binding.service;
  std::vector<std::string_view> out;
  bool any = false;
  for (const mesh::Route& route : service.routes) {
    if (std::none_of(route.targets.begin(), route.targets.end(),
                     [&](const auto& target) { return is_external(in, target.host); }))
      continue;
    for (const std::string_view name : names_at(service, route, binding.gateway->name)) {
      any = true;
      if (is_external(in, name)) out.push_back(name);
    }
  }
  if (any && out.empty())
    for (const std::string& host : service.hosts)
      if (is_external(in, host)) out.emplace_back(host);
  return out;
}

// A VirtualService for sidecars that leads the host to the gateway's Service. Only for one plain
// name whose TLS one server passes through: nothing but the SNI must agree then.
std::optional<Fix> client_half(const mesh::Mesh& mesh, const Binding& binding) {
  const mesh::VirtualService& service = *binding.service;
  const mesh::GatewayView& gateway = *binding.gateway;
  const auto& servers = *gateway.gateway->servers;
  if (service.hosts.size() != 1 || servers.size() != 1 || gateway.services.size() != 1 ||
      !passes_through(*servers.front()))
    return std::nullopt;
  const std::string& host = service.hosts.front();
  const auto& entries = mesh.registry().named(host);
  const std::int64_t number = *servers.front()->port->number;
  const std::string name = fmt::format("{}-to-gateway", *service.resource->metadata.name);
  if (host.starts_with('*') || entries.size() != 1 || entries.front()->entry == nullptr ||
      !gateway.has_service_port(number) ||
      mesh.find(resource::Kind::VirtualService, service.name_space, name) != nullptr)
    return std::nullopt;
  const std::int64_t port = only_port(*entries.front(), mesh::RouteKind::Tls);
  if (port == 0) return std::nullopt;
  const std::string text = yaml::emit_string(host);
  const std::string document = fmt::format(
      "apiVersion: {}\nkind: VirtualService\nmetadata:\n  name: {}\n  namespace: {}\n"
      "spec:\n  hosts:\n  - {}\n  gateways:\n  - mesh\n  tls:\n  - match:\n    - port: {}\n"
      "      sniHosts:\n      - {}\n    route:\n    - destination:\n        host: {}\n"
      "        port:\n          number: {}\n",
      *service.resource->api_version.text, yaml::emit_string(name),
      yaml::emit_string(service.name_space), text, port, text,
      yaml::emit_string(gateway.services.front()->host), number);
  return yaml::document_fix(*service.resource->range.source, document,
                            "lead sidecars to the gateway");
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const mesh::VirtualService*> told;
  const Leading inside = leading_inside(in);
  const std::unordered_set<std::string> proxies = egress_proxies(in);
  const auto is_led_inside = [&](std::string_view host) {
    return inside.overlapping(host, [](const auto&) { return true; }) != nullptr;
  };
  for (const Binding& binding : bindings(in)) {
    const mesh::VirtualService& service = *binding.service;
    // What the Gateway API leads out by is another rule's.
    const auto& fronts = binding.gateway->services;
    if (mesh::is_converted(*binding.gateway->resource) || fronts.empty() ||
        std::any_of(fronts.begin(), fronts.end(),
                    [&](const auto* front) { return proxies.contains(front->host); }))
      continue;
    const std::vector<std::string_view> names = let_out(in, binding);
    const auto direct = std::find_if_not(names.begin(), names.end(), is_led_inside);
    if (direct == names.end() || !told.insert(&service).second) continue;
    const auto& gateways = service.service->gateways;
    auto finding =
        out.report(kId, gateways.key,
                   "no VirtualService leads sidecars to gateway \"{}\" for \"{}\": clients connect "
                   "to the host directly",
                   binding.gateway->name, *direct);
    finding.related(binding.gateway->resource->metadata.name.range, "the Gateway is here")
        .help(fmt::format("{} that routes to \"{}\"",
                          service.binds("mesh")
                              ? "add a match for \"mesh\""
                              : "add \"mesh\" to the gateways, and a match for it",
                          binding.gateway->services.front()->host));
    if (auto fix = client_half(in.mesh(), binding)) finding.fix(std::move(*fix));
  }
}

}  // namespace

const Rule kNoMeshBinding{
    .info = {.id = kId,
             .summary = "a host that a gateway lets out, but that no sidecar sends to it",
             .why = "It works, but the traffic goes straight from the sidecar to the host: the "
                    "gateway logs nothing and enforces nothing. A NetworkPolicy breaks it later.",
             .mend = "Add `mesh` to `spec.gateways` and a rule for it whose destination is the "
                     "gateway's Service.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
