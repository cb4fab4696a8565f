// EGR0301 no-mesh-binding
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
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

// Whether it sends sidecars somewhere into the cluster, which may be the gateway under a name that
// the input lacks.
bool leads_inside(const Context& in, const mesh::VirtualService& service) {
  for (const mesh::Route& route : service.routes)
    if (mesh::applies_at(service, route, "mesh") || is_dead(service, route))
      for (const mesh::RouteTarget& target : route.targets)
        if (!mesh::is_external_host(in.mesh(), target.host)) return true;
  return false;
}

// The VirtualServices that do so, by their hosts.
mesh::HostIndex<mesh::VirtualService> leading_inside(const Context& in) {
  mesh::HostIndex<mesh::VirtualService> out;
  for (const mesh::VirtualService* service : in.mesh().bound_to("mesh"))
    if (leads_inside(in, *service))
      for (const std::string& host : service->hosts) out.add(host, service);
  return out;
}

// Whether the gateway sends it out of the mesh by this VirtualService.
bool leads_out(const Context& in, const Binding& binding) {
  for (const mesh::Route& route : binding.service->routes)
    if (mesh::applies_at(*binding.service, route, binding.gateway->name))
      for (const mesh::RouteTarget& target : route.targets)
        if (is_external(in, target.host)) return true;
  return false;
}

// The only port of the host to which clients speak TLS; 0 where there is none or are several.
std::int64_t tls_port(const mesh::Service& host) {
  std::int64_t out = 0;
  for (const mesh::ServicePort& port : host.ports)
    if (resource::is_tls(port.protocol)) {
      if (out != 0) return 0;
      out = port.number;
    }
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
      tls_port(*entries.front()) == 0 || !gateway.has_service_port(number) ||
      mesh.find(resource::Kind::VirtualService, service.name_space, name) != nullptr)
    return std::nullopt;
  const std::string text = yaml::emit_string(host);
  const std::string document = fmt::format(
      "apiVersion: {}\nkind: VirtualService\nmetadata:\n  name: {}\n  namespace: {}\n"
      "spec:\n  hosts:\n  - {}\n  gateways:\n  - mesh\n  tls:\n  - match:\n    - port: {}\n"
      "      sniHosts:\n      - {}\n    route:\n    - destination:\n        host: {}\n"
      "        port:\n          number: {}\n",
      *service.resource->api_version.text, yaml::emit_string(name),
      yaml::emit_string(service.name_space), text, tls_port(*entries.front()), text,
      yaml::emit_string(gateway.services.front()->host), number);
  const auto edit = yaml::append_document(*service.resource->range.source, document);
  if (!edit) return std::nullopt;
  return Fix{.title = "lead sidecars to the gateway", .safe = false, .edits = {*edit}};
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const mesh::VirtualService*> told;
  const mesh::HostIndex<mesh::VirtualService> inside = leading_inside(in);
  const auto is_led_inside = [&](const std::string& host) {
    return inside.overlapping(host, [](const auto&) { return true; }) != nullptr;
  };
  for (const Binding& binding : bindings(in)) {
    const mesh::VirtualService& service = *binding.service;
    if (binding.gateway->services.empty() || !leads_out(in, binding)) continue;
    const bool external =
        std::any_of(service.hosts.begin(), service.hosts.end(),
                    [&](const std::string& host) { return is_external(in, host); });
    if (!external || std::any_of(service.hosts.begin(), service.hosts.end(), is_led_inside) ||
        !told.insert(&service).second)
      continue;
    const auto& gateways = service.service->gateways;
    auto finding =
        out.report(kId, gateways.key,
                   "no VirtualService leads sidecars to gateway \"{}\" for \"{}\": clients connect "
                   "to the host directly",
                   binding.gateway->name, service.hosts.front());
    finding.related(binding.gateway->resource->metadata.name.range, "the Gateway is here")
        .help(fmt::format("add \"mesh\" to the gateways, and a match for it that routes to \"{}\"",
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
    .check = check};

}  // namespace egressctl::lint::rules
