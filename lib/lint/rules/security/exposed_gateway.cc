// EGR0519 exposed-gateway
#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/security/security.h"
#include "lib/mesh/host.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

using resource::ServiceType;

constexpr RuleId kId{"EGR0519", "exposed-gateway", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "istio/istio#56826", "https://istio.io/latest/docs/setup/additional-setup/gateway/"};

constexpr std::string_view kTypeAnnotation = "networking.istio.io/service-type";

void check_service(const mesh::GatewayView& view, const mesh::Service& service, Diagnostics& out) {
  const resource::Service& spec = *service.kubernetes;
  if (*spec.type == ServiceType::LoadBalancer || *spec.type == ServiceType::NodePort) {
    auto finding = out.report(kId, spec.type.range,
                              "type \"{}\" makes egress gateway \"{}\" reachable from outside of "
                              "the cluster: an open proxy",
                              spec.type.text(), view.written_name);
    finding.help("write ClusterIP").related(view.resource->metadata.name.range, "the gateway");
    if (spec.type.node == nullptr) return;
    if (const auto edit = yaml::replace_string(*spec.type.node, "ClusterIP"))
      finding.fix({.title = "keep the Service inside", .safe = false, .edits = {*edit}});
  } else if (!spec.external_ips->empty()) {
    out.report(kId, spec.external_ips.key,
               "external address \"{}\" makes egress gateway \"{}\" reachable from outside of the "
               "cluster: an open proxy",
               *spec.external_ips.value.front(), view.written_name)
        .help("remove externalIPs");
  }
}

bool has_own_certificate(const resource::ServerTls& tls) {
  return !tls.credential_name->empty() || !tls.credential_names->empty() ||
         !tls.server_certificate->empty() || !tls.tls_certificates->empty();
}

// Whether sidecars send traffic to a Service of the gateway.
bool has_client_half(const Context& in, const mesh::GatewayView& view) {
  const Hops& hops = in.shared<Hops>();
  return std::any_of(view.services.begin(), view.services.end(),
                     [&](const mesh::Service* service) { return hops.lead_to(service->host); });
}

// Whether the VirtualService leads hosts to themselves, as an egress gateway does.
bool forwards_own_hosts(const mesh::VirtualService& service) {
  return std::any_of(service.routes.begin(), service.routes.end(), [&](const mesh::Route& route) {
    return std::any_of(
        route.targets.begin(), route.targets.end(), [&](const mesh::RouteTarget& target) {
          return std::any_of(
              service.hosts.begin(), service.hosts.end(),
              [&](const std::string& host) { return mesh::hosts_overlap(host, target.host); });
        });
  });
}

// Whether the gateway publishes backends, of which some are outside, under names and certificates
// of its own: it is there to be reached.
bool is_ingress(const Context& in, const mesh::GatewayView& view) {
  const auto& servers = *view.gateway->servers;
  return std::any_of(servers.begin(), servers.end(),
                     [](const auto& server) { return has_own_certificate(*server->tls); }) &&
         std::none_of(
             servers.begin(), servers.end(),
             [](const auto& server) { return kind_of(*server) == mesh::RouteKind::Tls; }) &&
         std::none_of(view.bound.begin(), view.bound.end(),
                      [](const auto* service) { return forwards_own_hosts(*service); }) &&
         !has_client_half(in, view);
}

// Whether the host is, or may be, outside of the mesh.
bool is_outside(const mesh::Mesh& mesh, const std::string& host) {
  const auto& services = mesh.registry().named(host);
  if (services.empty()) return !host.ends_with(".internal") && mesh::is_external_host(mesh, host);
  return std::any_of(services.begin(), services.end(),
                     [](const mesh::Service* service) { return service->is_external(); });
}

// Whether a route sends to a host of the registry, which is what egress through the Gateway API
// does.
bool leads_out(const mesh::Mesh& mesh, const resource::KubernetesRoute& route) {
  for (const auto& rule : *route.rules)
    for (const auto& backend : *rule->backend_refs)
      if (is_hostname(*backend) && is_outside(mesh, *backend->name)) return true;
  return false;
}

bool stays_inside(const resource::Resource& gateway) {
  const auto& infrastructure = gateway.as<resource::KubernetesGateway>()->infrastructure;
  for (const resource::TextMap* annotations :
       {&gateway.metadata.annotations, &infrastructure->annotations})
    if (const resource::Text* type = (*annotations)->find(kTypeAnnotation))
      return **type == "ClusterIP";
  return false;
}

// istiod makes a Service of type LoadBalancer for each Gateway, unless it is told otherwise.
void check_kubernetes(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  std::unordered_set<const resource::Resource*> told;
  for (const auto kind : {resource::Kind::HttpRoute, resource::Kind::GrpcRoute,
                          resource::Kind::TlsRoute, resource::Kind::TcpRoute})
    for (const resource::Resource* resource : mesh.all(kind)) {
      const auto* route = resource->as<resource::KubernetesRoute>();
      if (route == nullptr || !leads_out(mesh, *route)) continue;
      for (const auto& parent : *route->parent_refs) {
        if (!parent->kind->empty() && *parent->kind != "Gateway") continue;
        const std::string_view name_space =
            parent->name_space->empty() ? mesh.namespace_of(*resource) : *parent->name_space;
        const auto* gateway =
            mesh.find(resource::Kind::KubernetesGateway, name_space, *parent->name);
        if (gateway == nullptr || !told.insert(gateway).second) continue;
        const auto* spec = gateway->as<resource::KubernetesGateway>();
        // Classes such as istio-waypoint have no Service to the outside.
        if (*spec->gateway_class_name != "istio" || !spec->addresses->empty() ||
            stays_inside(*gateway))
          continue;
        out.report(kId, gateway->metadata.name.range,
                   "Gateway \"{}\" gets a Service of type LoadBalancer, so the way out of the mesh "
                   "is reachable from outside of the cluster",
                   *gateway->metadata.name)
            .related(resource->metadata.name.range, "the route to the outside")
            .help("annotate it with networking.istio.io/service-type: ClusterIP");
      }
    }
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const mesh::Service*> told;
  for (const mesh::GatewayView& view : in.gateways().all()) {
    if (!view.egress || is_ingress(in, view)) continue;
    for (const mesh::Service* service : view.services)
      if (told.insert(service).second) check_service(view, *service, out);
  }
  check_kubernetes(in, out);
}

}  // namespace

const Rule kExposedGateway{
    .info = {.id = kId,
             .summary = "an egress gateway that is reachable from outside of the cluster",
             .why =
                 "Whoever reaches a PASSTHROUGH server may use it to connect to its hosts, under "
                 "the address of your cluster. The Helm chart of gateways makes a LoadBalancer "
                 "by default.",
             .mend = "Give the Service the type ClusterIP.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
