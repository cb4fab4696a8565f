// EGR0905 no-mesh-route
#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/mesh/host.h"
#include "lib/yaml/append.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0905", "no-mesh-route", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/",
    "istio/istio#48301", "istio/istio#48749", "istio/istio#56826"};

// The hosts that sidecars send to each Service, "namespace/name".
class ClientHalves {
 public:
  explicit ClientHalves(const mesh::Mesh& mesh) {
    for (const resource::Resource* route : all_routes(mesh)) add(mesh, *route);
    for (const mesh::VirtualService* service : mesh.bound_to("mesh"))
      for (const mesh::Route& route : service->routes)
        for (const mesh::RouteTarget& target : route.targets)
          for (const std::string& host : service->hosts) hosts_[target.host].push_back(host);
  }

  [[nodiscard]] bool lead(const std::string& service, std::string_view host) const {
    const auto found = hosts_.find(service);
    return found != hosts_.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&](const std::string& own) { return mesh::hosts_overlap(own, host); });
  }

 private:
  void add(const mesh::Mesh& mesh, const resource::Resource& route) {
    const auto* spec = route.as<resource::KubernetesRoute>();
    const std::string_view home = mesh.namespace_of(route);
    std::vector<std::string> hosts;
    for (const auto& parent : *spec->parent_refs) {
      if (!is_mesh_parent(*parent)) continue;
      const std::string_view place = parent->name_space.present() ? *parent->name_space : home;
      const resource::Resource* entry =
          mesh.find(resource::Kind::ServiceEntry, place, *parent->name);
      if (entry == nullptr)
        hosts.emplace_back("*");  // whatever it is for
      else
        for (const resource::Text& host : *entry->as<resource::ServiceEntry>()->hosts)
          hosts.push_back(*host);
    }
    if (hosts.empty()) return;
    for (const auto& rule : *spec->rules)
      for (const auto& backend : *rule->backend_refs) {
        if (!is_service(*backend)) continue;
        auto& known = hosts_[fmt::format(
            "{}.{}.svc.{}", *backend->name,
            backend->name_space.present() ? std::string_view(*backend->name_space) : home,
            mesh.settings().cluster_domain)];
        known.insert(known.end(), hosts.begin(), hosts.end());
      }
  }

  std::unordered_map<std::string, std::vector<std::string>> hosts_;
};

// Whether the route is for the host itself, so that it is there for the way out.
bool is_for(const Attachment& at, std::string_view host) {
  const auto same = [&](const resource::Text& own) { return mesh::hosts_overlap(*own, host); };
  if (!at.spec->hostnames->empty())
    return std::any_of(at.spec->hostnames->begin(), at.spec->hostnames->end(), same);
  return std::any_of(at.listeners.begin(), at.listeners.end(), [&](const auto* listener) {
    return !(*listener)->hostname->empty() && same((*listener)->hostname);
  });
}

bool is_led_to(const mesh::Mesh& mesh, const ClientHalves& halves, const Attachment& at,
               std::string_view host) {
  const std::string_view place = mesh.namespace_of(*at.gateway);
  const auto full = [&](std::string_view name) {
    return fmt::format("{}.{}.svc.{}", name, place, mesh.settings().cluster_domain);
  };
  // A route to the Gateway's own name is meant for it, too; another rule tells of that.
  return halves.lead(full(service_name(*at.gateway)), host) ||
         halves.lead(full(*at.gateway->metadata.name), host);
}

// Whether sidecars may send the listener what they get, as it comes.
bool takes_as_it_comes(const resource::Listener& listener, resource::Kind route) {
  if (route == resource::Kind::HttpRoute) return *listener.protocol == "HTTP";
  return route == resource::Kind::TlsRoute && *listener.protocol == "TLS" &&
         *listener.tls->mode == resource::ListenerTlsMode::Passthrough;
}

// The route that lacks: from the one ServiceEntry of the host to the one listener.
std::optional<Fix> client_half(const mesh::Mesh& mesh, const Attachment& at,
                               const std::string& host) {
  const auto& services = mesh.registry().named(host);
  const std::string service = service_name(*at.gateway);
  if (services.size() != 1 || services.front()->entry == nullptr || service.empty() ||
      at.listeners.size() != 1 || !takes_as_it_comes(**at.listeners.front(), at.route->kind))
    return std::nullopt;
  const mesh::Service& entry = *services.front();
  const std::string& parent = *entry.resource->metadata.name;
  const std::string name = fmt::format("{}-to-{}", parent, *at.gateway->metadata.name);
  if (mesh.find(at.route->kind, entry.name_space, name) != nullptr) return std::nullopt;
  const std::string document = fmt::format(
      "apiVersion: {}\nkind: {}\nmetadata:\n  name: {}\n  namespace: {}\n"
      "spec:\n  parentRefs:\n  - group: {}\n    kind: ServiceEntry\n    name: {}\n"
      "  hostnames:\n  - {}\n  rules:\n  - backendRefs:\n"
      "    - name: {}\n      namespace: {}\n      port: {}\n",
      *at.route->api_version.text, resource::to_string(at.route->kind), yaml::emit_string(name),
      yaml::emit_string(entry.name_space), kIstioGroup, yaml::emit_string(parent),
      yaml::emit_string(host), yaml::emit_string(service),
      yaml::emit_string(mesh.namespace_of(*at.gateway)), *(*at.listeners.front())->port);
  return yaml::document_fix(*at.route->range.source, document, "lead clients to the Gateway");
}

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  const std::vector<Attachment> all = attachments(mesh);
  if (all.empty()) return;
  const ClientHalves halves(mesh);
  std::unordered_set<const resource::Resource*> told;
  for (const Attachment& at : all)
    for (const auto& rule : *at.spec->rules)
      for (const auto& backend : *rule->backend_refs) {
        if (!is_hostname(*backend) || mesh.registry().covering(*backend->name).empty() ||
            !is_for(at, *backend->name) || is_led_to(mesh, halves, at, *backend->name))
          continue;
        if (!told.insert(at.route).second) continue;
        auto finding =
            out.report(kId, at.spec->parent_refs.key,
                       "no route leads \"{}\" from sidecars to Gateway \"{}\": clients go there "
                       "directly",
                       *backend->name, mesh.qualified_name(*at.gateway));
        finding.related(at.gateway->metadata.name.range, "the Gateway is here")
            .help(fmt::format("write a {} whose parent is the ServiceEntry (group "
                              "networking.istio.io) and whose backend is Service \"{}\"",
                              resource::to_string(at.route->kind), service_name(*at.gateway)));
        if (auto fix = client_half(mesh, at, *backend->name)) finding.fix(std::move(*fix));
      }
}

}  // namespace

const Rule kNoMeshRoute{
    .info = {.id = kId,
             .summary = "a host that a Gateway has a route for, but to which no sidecar leads",
             .why = "Only the second half of the way exists. Clients connect to the host directly, "
                    "past the gateway and its policies.",
             .mend = "Write a second route whose `parentRefs` name the ServiceEntry and whose "
                     "backend is the Gateway's Service.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
