// EGR0516 entry-for-everyone
#include <set>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0516", "entry-for-everyone", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#8462", "istio/istio#56826",
                                            "istio/istio#60870"};

struct Namespaces {
  std::set<std::string_view> applications;
  std::set<std::string_view> gateways;
};

Namespaces namespaces_of(const Context& in) {
  const mesh::Mesh& mesh = in.mesh();
  Namespaces out;
  for (const mesh::GatewayView& view : in.gateways().all()) {
    out.gateways.insert(view.name_space);
    for (const mesh::Workload* pod : view.pods) out.gateways.insert(pod->name_space);
  }
  for (const mesh::Workload& pod : mesh.workloads().all())
    if (pod.is_gateway_proxy()) out.gateways.insert(pod.name_space);
  for (const mesh::Workload& pod : mesh.workloads().all())
    if (pod.name_space != mesh.settings().root_namespace && !pod.name_space.starts_with("kube-") &&
        !out.gateways.contains(pod.name_space))
      out.applications.insert(pod.name_space);
  return out;
}

std::optional<Fix> narrow(const resource::Resource& entry, const Namespaces& namespaces) {
  const yaml::Node* spec = entry.node->find("spec");
  if (spec == nullptr) return std::nullopt;
  yaml::Value::Sequence names{"."};
  for (const std::string_view gateway : namespaces.gateways) names.emplace_back(gateway);
  const auto edit = yaml::insert_entry(*spec, "exportTo", yaml::emit_flow(names, 0, 2, 1000));
  if (!edit) return std::nullopt;
  return Fix{.title = "export it to its namespace and the gateways'", .edits = {*edit}};
}

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  const auto* config = mesh.settings().mesh_config;
  if (config != nullptr && !config->default_service_export_to->empty()) return;
  const Namespaces namespaces = namespaces_of(in);
  if (namespaces.applications.size() < 2) return;
  for (const resource::Resource* resource : mesh.all(resource::Kind::ServiceEntry)) {
    const auto* entry = resource->as<resource::ServiceEntry>();
    const std::string_view name_space = mesh.namespace_of(*resource);
    if (!entry->export_to->empty() || entry->hosts->empty() ||
        !namespaces.applications.contains(name_space))
      continue;
    auto finding = out.report(
        kId, entry->hosts.key,
        "without \"exportTo\" the entry of namespace \"{}\" decides for all namespaces what \"{}\" "
        "is",
        name_space, *entry->hosts.value.front());
    finding.field("spec.exportTo").help("export it to \".\" and to the gateway's namespace");
    if (auto fix = narrow(*resource, namespaces)) finding.fix(std::move(*fix));
  }
}

}  // namespace

const Rule kEntryForEveryone{
    .info = {.id = kId,
             .summary = "a ServiceEntry of an application's namespace that the whole mesh sees",
             .why = "Every team's sidecars take it: one namespace captures a host for all others, "
                    "or breaks it for them.",
             .mend = "Set `exportTo` to \".\" and the gateway's namespace, or move shared entries "
                     "to a namespace that is for them.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
