// EGR0515 sidecar-allow-any
#include <algorithm>

#include "lib/lint/rules/security/clients.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

using resource::OutboundMode;

constexpr RuleId kId{"EGR0515", "sidecar-allow-any", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#34632", "istio/istio#15329"};

bool is_registry_only(const mesh::Settings& settings) {
  if (settings.mesh_config == nullptr) return false;
  const auto& policy = settings.mesh_config->outbound_traffic_policy;
  return policy.present() && *policy->mode == OutboundMode::RegistryOnly;
}

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  if (mesh.all(resource::Kind::Sidecar).empty()) return;
  const Clients& clients = in.shared<Clients>();
  const bool registry_only = is_registry_only(mesh.settings());
  for (const resource::Resource* resource : mesh.all(resource::Kind::Sidecar)) {
    const auto& policy = resource->as<resource::Sidecar>()->outbound_traffic_policy;
    const auto& mode = policy->mode;
    // What nothing lists goes to the egressProxy then, and no other mode may stand beside it
    // (istio/istio pkg/config/validation/validation.go, validateSidecarOutboundTrafficPolicy).
    if (*mode != OutboundMode::AllowAny || !mode.present() || policy->egress_proxy.present())
      continue;
    const std::string_view name_space = mesh.namespace_of(*resource);
    const bool root = name_space == mesh.settings().root_namespace;
    const bool led = root ? !clients.all().empty() : clients.find(name_space) != nullptr;
    if (!registry_only && !led) continue;
    auto finding = out.report(
        kId, mode.range, "mode \"{}\" lets hosts that nothing lists out past the egress gateway{}",
        mode.text(), registry_only ? ", though the mesh has \"REGISTRY_ONLY\"" : "");
    finding.help("remove it, so that the mesh's mode counts, or write REGISTRY_ONLY");
    if (registry_only)
      finding.related(mesh.settings().mesh_config->outbound_traffic_policy->mode.range,
                      "the mesh's mode");
    if (const auto edit = yaml::replace_string(*mode.node, "REGISTRY_ONLY"))
      finding.fix({.title = "let only listed hosts out", .safe = false, .edits = {*edit}});
  }
}

}  // namespace

const Rule kSidecarAllowAny{
    .info = {.id = kId,
             .summary = "a Sidecar that lets unlisted hosts out where the mesh does not",
             .why = "For its workloads a Sidecar's mode goes before the mesh's: what nothing lists "
                    "leaves through PassthroughCluster instead of being dropped.",
             .mend = "Remove `outboundTrafficPolicy` from the Sidecar, or set REGISTRY_ONLY.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
