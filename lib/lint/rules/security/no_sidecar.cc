// EGR0514 no-sidecar
#include <algorithm>
#include <string>

#include "lib/lint/rules/security/clients.h"
#include "lib/lint/rules/security/security.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0514", "no-sidecar", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/",
    "https://istio.io/latest/docs/reference/config/analysis/ist0103/"};

constexpr std::string_view kHelp =
    "let the pods have a sidecar, or keep them from the internet with a NetworkPolicy";

void check_pod(const mesh::Workload& pod, mesh::Injection injection, Diagnostics& out) {
  const std::string& name = *pod.resource->metadata.name;
  const auto report = [&](SourceRange range, std::string_view what) {
    out.report(kId, range,
               "{}, so \"{}\" has no sidecar that would lead its traffic to the egress gateway",
               what, name)
        .help(std::string(kHelp))
        .alias("IST0103");
  };
  if (*pod.spec->host_network && pod.spec->host_network.present()) {
    report(pod.spec->host_network.range, "hostNetwork is \"true\"");
  } else if (injection == mesh::Injection::Ambient) {
    const resource::Text* mode = (*pod.labels)->find("istio.io/dataplane-mode");
    if (mode != nullptr && **mode == "none") report(mode->range, "the pods are out of the mesh");
  } else if (const resource::Text* word = mesh::injection_word(pod);
             word != nullptr && **word == "false") {
    report(word->range, "injection is switched off");
  }
}

bool asks_for_sidecar(const mesh::Workload& pod) {
  const resource::Text* word = mesh::injection_word(pod);
  return (word != nullptr && **word == "true") || !pod.label("istio.io/rev").empty();
}

// Where the namespace switches it off, pods can't switch it on: the webhook is not asked.
//
// Source: istio/istio manifests/charts/istio-control/istio-discovery/templates/
// mutatingwebhook.yaml (object.sidecar-injector.istio.io).
void check_namespace(const ClientNamespace& client, bool off, const mesh::Mesh& mesh,
                     Diagnostics& out) {
  if (std::all_of(client.pods.begin(), client.pods.end(),
                  [&](const mesh::Workload* pod) { return !off && asks_for_sidecar(*pod); }))
    return;
  const resource::Resource& object = *mesh.namespace_object(client.name);
  out.report(kId, object.metadata.name.range,
             "injection is not on in namespace \"{}\", so its pods have no sidecar that would lead "
             "their traffic to the egress gateway",
             client.name)
      .related(client.own->resource->metadata.name.range, "the routes that have no effect here")
      .help("give the namespace the label istio-injection: enabled, or that of a revision")
      .alias("IST0102");
}

// A route for sidecars to the gateway which ztunnel does not carry out: it leads a host away that
// no waypoint takes. nullptr when there is none.
const mesh::VirtualService* ignored_route(const Context& in, std::string_view client) {
  for (const mesh::VirtualService* service : in.mesh().bound_to("mesh")) {
    if (!service->visibility.visible_in(client)) continue;
    const bool leads =
        std::any_of(service->routes.begin(), service->routes.end(), [&](const auto& route) {
          return mesh::applies_at(*service, route, "mesh") &&
                 std::any_of(route.targets.begin(), route.targets.end(), [&](const auto& target) {
                   return !in.gateways().behind(target.host).empty();
                 });
        });
    const bool untaken =
        std::any_of(service->hosts.begin(), service->hosts.end(), [&](const std::string& host) {
          const mesh::Service* entry = in.mesh().registry().find(host, client);
          return entry != nullptr && entry->is_external() &&
                 mesh::waypoint_label(in.mesh(), *entry->resource) == nullptr;
        });
    if (leads && untaken) return service;
  }
  return nullptr;
}

void check_ambient(const Context& in, const ClientNamespace& client, Diagnostics& out) {
  const resource::Resource* object = in.mesh().namespace_object(client.name);
  const bool any =
      std::any_of(client.pods.begin(), client.pods.end(), [&](const mesh::Workload* pod) {
        const auto without = mesh::no_sidecar(in.mesh(), *pod);
        return without.has_value() && without->ambient;
      });
  const mesh::VirtualService* route =
      any && object != nullptr ? ignored_route(in, client.name) : nullptr;
  if (route == nullptr) return;
  out.report(kId, object->metadata.name.range,
             "namespace \"{}\" is in ambient mode and no waypoint takes \"{}\", so its pods "
             "connect past the egress gateway",
             client.name, route->hosts.front())
      .related(route->resource->metadata.name.range, "the routes that have no effect here")
      .help("give the ServiceEntry a waypoint (istio.io/use-waypoint), or the pods sidecars");
}

void check(const Context& in, Diagnostics& out) {
  const Clients& clients = in.shared<Clients>();
  for (const ClientNamespace& client : clients.all()) {
    const mesh::Injection injection = mesh::injection_of(in.mesh(), client.name);
    if (injection == mesh::Injection::Off || injection == mesh::Injection::Unlabelled) {
      if (client.own != nullptr)
        check_namespace(client, injection == mesh::Injection::Off, in.mesh(), out);
      continue;
    }
    for (const mesh::Workload* pod : client.pods) check_pod(*pod, injection, out);
    if (injection == mesh::Injection::Ambient) check_ambient(in, client, out);
  }
}

}  // namespace

const Rule kNoSidecar{
    .info = {.id = kId,
             .summary = "pods without sidecar where traffic is to go through the egress gateway",
             .why = "Routes to the gateway are carried out by the sidecar. Without one the pods "
                    "connect to the internet directly.",
             .mend = "Switch injection on for the namespace and the pods, or forbid them the "
                     "internet with a NetworkPolicy.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
