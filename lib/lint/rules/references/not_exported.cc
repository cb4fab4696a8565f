// EGR0211 not-exported
#include <algorithm>
#include <unordered_set>

#include "lib/lint/rules/references/references.h"
#include "lib/lint/rules/references/subsets.h"
#include "lib/lint/rules/routing/sidecar_ports.h"
#include "lib/lint/rules/tls/client_tls.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0211", "not-exported", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry",
    "istio/istio#57329", "istio/istio#48300", "istio/istio#56826", "istio/istio#46597"};

// What the MeshConfig says for resources of the kind that have no exportTo; nullptr when nothing.
const resource::Texts* mesh_defaults(const mesh::Mesh& mesh, resource::Kind kind) {
  const resource::MeshConfig* config = mesh.settings().mesh_config;
  if (config == nullptr) return nullptr;
  const resource::Texts* out = nullptr;
  if (kind == resource::Kind::ServiceEntry) out = &config->default_service_export_to;
  if (kind == resource::Kind::VirtualService) out = &config->default_virtual_service_export_to;
  if (kind == resource::Kind::DestinationRule) out = &config->default_destination_rule_export_to;
  return out != nullptr && out->present() ? out : nullptr;
}

class Check {
 public:
  Check(const Context& in, Diagnostics& out)
      : mesh_(in.mesh()), in_(in), hops_(in.shared<Hops>()), out_(out) {}

  void run() {
    for (const mesh::VirtualService& service : mesh_.routes()) {
      check_gateways(service);
      check_sidecars(service);
    }
    for (const Hop& hop : hops_.all()) {
      if (hop.client.empty() || !hop.service->visibility.visible_in(hop.client)) continue;
      check_host(*hop.service, hop.target->host, hop.client, hop.gateway);
      check_rule(hop);
    }
  }

 private:
  // What sees a resource is too little; `client` is who needs it, for the route at `user`.
  void report(const resource::Resource& resource, const resource::Texts& export_to,
              std::string_view client, const mesh::GatewayView* gateway, std::string_view what,
              SourceRange user = {}) {
    if (!told_.insert(&resource).second) return;
    const resource::Texts* defaults =
        export_to.present() ? nullptr : mesh_defaults(mesh_, resource.kind);
    auto finding = out_.report(kId, export_to.present() ? export_to.key : resource.spec_range,
                               "{} hides this {} from namespace \"{}\", {}",
                               defaults != nullptr
                                   ? fmt::format("the MeshConfig's \"{}\"", defaults->key.text())
                                   : std::string("\"exportTo\""),
                               resource::display_name(resource), client, what);
    finding.field("spec.exportTo").help(fmt::format("add \"{}\" to spec.exportTo", client));
    // What is written here takes the place of the defaults.
    if (defaults != nullptr)
      finding.help(fmt::format("write spec.exportTo: [\".\", \"{}\"]", client))
          .related(defaults->key, "the mesh's defaults");
    if (gateway != nullptr)
      finding.related(gateway->resource->metadata.name.range, "the Gateway is here");
    if (user.known()) finding.related(user, "the route that needs it");
    if (!export_to.present() || export_to->empty()) return;
    const auto edit = yaml::append_item(*export_to.node, client);
    if (edit.has_value())
      finding.fix(
          {.title = fmt::format("export it to namespace \"{}\"", client), .edits = {*edit}});
  }

  void check_gateways(const mesh::VirtualService& service) {
    if (service.visibility.everyone()) return;
    for (const std::string& name : service.gateways) {
      const mesh::GatewayView* gateway = in_.gateways().find(name);
      if (gateway == nullptr) continue;
      for (const std::string_view place : gateway->namespaces)
        if (!service.visibility.visible_in(place))
          report(*service.resource, service.service->export_to, place, gateway,
                 fmt::format("where gateway \"{}\" runs: it has no routes", name));
    }
  }

  // A client half that only gateways see.
  void check_sidecars(const mesh::VirtualService& service) {
    if (!service.binds("mesh") || service.visibility.everyone() || !hops_.knows_clients()) return;
    if (std::none_of(service.routes.begin(), service.routes.end(), [&](const mesh::Route& route) {
          return mesh::applies_at(service, route, "mesh");
        }))
      return;
    const auto& seeing = service.visibility.namespaces();
    if (!std::all_of(seeing.begin(), seeing.end(), [&](std::string_view name_space) {
          return hops_.is_gateways_only(name_space);
        }))
      return;
    const std::string_view client =
        hops_.has_clients(service.name_space) ? service.name_space : hops_.some_client();
    if (client.empty()) return;
    report(*service.resource, service.service->export_to, client, nullptr,
           "whose sidecars are to send traffic to the gateway");
  }

  // Whether namespaces with sidecars are among those that see it.
  [[nodiscard]] bool has_audience(const mesh::Visibility& visibility) const {
    return visibility.everyone() ||
           std::any_of(visibility.namespaces().begin(), visibility.namespaces().end(),
                       [&](std::string_view name) { return hops_.has_clients(name); });
  }

  // Sidecars of a namespace that only stands for others may not be those that are meant.
  [[nodiscard]] bool is_meant(const mesh::VirtualService& service, std::string_view client,
                              const mesh::Visibility& visibility) const {
    return client == service.name_space || !service.visibility.everyone() ||
           !has_audience(visibility);
  }

  void check_host(const mesh::VirtualService& service, std::string_view host,
                  std::string_view client, const mesh::GatewayView* gateway) {
    see(service, host, client, gateway);
    if (gateway != nullptr) return;
    for (const std::string& own : service.hosts) see(service, own, client, nullptr);
  }

  void see(const mesh::VirtualService& service, std::string_view host, std::string_view client,
           const mesh::GatewayView* gateway) {
    const auto& named = mesh_.registry().named(host);
    if (named.empty() || mesh_.registry().find(host, client) != nullptr) return;
    const mesh::Service& entry = *named.front();
    if (entry.entry == nullptr) return;
    if (gateway == nullptr && !is_meant(service, client, entry.visibility)) return;
    report(*entry.resource, entry.entry->export_to, client, gateway,
           gateway != nullptr ? fmt::format("where gateway \"{}\" runs, which sends to \"{}\"",
                                            gateway->written_name, host)
                              : fmt::format("whose sidecars are to know \"{}\"", host));
  }

  void check_rule(const Hop& hop) {
    const mesh::Rule* rule = nullptr;
    if (hop.target->destination->subset->empty()) {
      rule = hidden_tls(hop);
    } else {
      const SubsetVerdict verdict = judge_subset(in_, hops_, hop, hop.client);
      if (verdict.fault == SubsetFault::NotExported) rule = verdict.rule;
    }
    if (rule == nullptr || sidecars_never_come(in_, hop)) return;
    if (hop.gateway == nullptr && !is_meant(*hop.service, hop.client, rule->visibility)) return;
    report(*rule->resource, rule->rule->export_to, hop.client, hop.gateway,
           hop.gateway != nullptr
               ? fmt::format("where gateway \"{}\" runs", hop.gateway->written_name)
               : fmt::format("whose sidecars send to \"{}\"", rule->host),
           hop.target->range);
  }

  // A rule in the right namespace that sets TLS and is not exported, where no other applies.
  [[nodiscard]] const mesh::Rule* hidden_tls(const Hop& hop) const {
    const std::string& host = hop.target->host;
    const std::string_view owner = owner_of(mesh_, host, hop.client);
    if (in_.rules().first(hop.client, host, owner) != nullptr) return nullptr;
    for (const mesh::Rule* rule : mesh_.rules().covering(host))
      if ((rule->name_space == owner || rule->name_space == mesh_.settings().root_namespace) &&
          !rule->visibility.visible_in(hop.client) && is_needed(*rule, hop))
        return rule;
    return nullptr;
  }

  // Where TLS goes through as it comes, nothing is to make TLS of it.
  static bool is_needed(const mesh::Rule& rule, const Hop& hop) {
    if (hop.route->kind != mesh::RouteKind::Tls) return sets_tls(rule);
    bool needed = false;
    for_each_client_tls(*rule.rule,
                        [&](const ClientTls& tls) { needed = needed || !originates(tls); });
    return needed;
  }

  const mesh::Mesh& mesh_;
  const Context& in_;
  const Hops& hops_;
  Diagnostics& out_;
  std::unordered_set<const resource::Resource*> told_;
};

void check(const Context& in, Diagnostics& out) {
  Check(in, out).run();
}

}  // namespace

const Rule kNotExported{
    .info = {.id = kId,
             .summary = "an `exportTo` that hides a resource from a proxy on the way",
             .why = "Both halves need what they use. A gateway that does not see the ServiceEntry "
                    "answers 503 with response flag NC; one that does not see the VirtualService "
                    "has no route (NR). A sidecar that does not see them sends the traffic past "
                    "the gateway, or refuses it under REGISTRY_ONLY.",
             .mend = "Add the namespaces of the clients and of the gateway's pods to `exportTo`.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
