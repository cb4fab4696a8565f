// EGR0221 namespace-not-discovered
#include <algorithm>
#include <unordered_map>

#include "lib/lint/context.h"
#include "lib/lint/rules/mesh_place.h"
#include "lib/lint/rules/references/references.h"
#include "lib/mesh/namespace_labels.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0221", "namespace-not-discovered", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/"
    "#MeshConfig-discovery_selectors",
    "https://istio.io/latest/blog/2021/discovery-selectors/"};

// What nobody writes for a namespace that istiod is to ignore; the Gateway API is others' as well.
// It makes no exception for its own.
//
// Source: istio/istio pkg/kube/namespace/filter.go.
constexpr resource::Kind kOfMesh[] = {
    resource::Kind::Gateway,         resource::Kind::VirtualService,
    resource::Kind::DestinationRule, resource::Kind::ServiceEntry,
    resource::Kind::Sidecar,         resource::Kind::EnvoyFilter,
    resource::Kind::WorkloadEntry,   resource::Kind::AuthorizationPolicy};

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  const mesh::Settings& settings = mesh.settings();
  if (settings.mesh_config == nullptr) return;
  const auto& selectors = settings.mesh_config->discovery_selectors;
  // Each of several control planes has namespaces of its own.
  if (selectors->empty() || other_config_has(mesh, "discoverySelectors")) return;
  std::unordered_map<std::string_view, const resource::Resource*> held;  // by namespace, one each
  for (const resource::Kind kind : kOfMesh)
    for (const resource::Resource* resource : mesh.all(kind))
      held.try_emplace(mesh.namespace_of(*resource), resource);
  for (const resource::Resource* object : mesh.all(resource::Kind::Namespace)) {
    const std::string& name = *object->metadata.name;
    const auto found = held.find(name);
    if (found == held.end()) continue;
    const resource::TextMap labels = mesh::namespace_labels(*object);
    if (std::any_of(selectors->begin(), selectors->end(),
                    [&](const auto& selector) { return mesh::is_selected(*selector, labels); }))
      continue;
    const auto& written = object->metadata.labels;
    auto finding = out.report(
        kId, written.present() ? written.range : object->metadata.name.range,
        "no discoverySelector of the mesh takes namespace \"{}\": istiod ignores all that is in "
        "it, such as {}",
        name, resource::display_name(*found->second));
    finding.field("metadata.labels")
        .related(selectors.range, "the selectors")
        .related(found->second->metadata.name.range, "what is ignored")
        .help("give the Namespace the labels of one of the selectors");
    // Labels of the root namespace are seldom among what is linted.
    if (name == settings.root_namespace) finding.severity(Severity::Warning);
  }
}

}  // namespace

const Rule kNamespaceNotDiscovered{
    .info = {.id = kId,
             .summary = "configuration in a namespace that discoverySelectors leave out",
             .why = "istiod reads nothing of such a namespace: neither Gateways and routes nor "
                    "Services, pods and policies. Clients connect past the gateway, or to a name "
                    "that proxies do not know.",
             .mend = "Label the Namespace as one of `discoverySelectors` asks.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
