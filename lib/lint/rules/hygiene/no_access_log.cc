// EGR0806 no-access-log
#include <algorithm>
#include <array>

#include "lib/lint/context.h"
#include "lib/lint/rules/hygiene/hygiene.h"
#include "lib/lint/rules/mesh_place.h"
#include "lib/mesh/policy_targets.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0806", "no-access-log", Severity::Info};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/observability/logs/access-log/", "istio/istio.io#3075"};

bool logs_by_default(const resource::MeshConfig& config) {
  if (!config.access_log_file->empty()) return true;
  const yaml::Node* providers = config.default_providers.node;
  const yaml::Node* logs = providers != nullptr ? providers->find("accessLogging") : nullptr;
  return logs != nullptr && !logs->items.empty();
}

// Whether a Telemetry turns access logs on for the pods of a gateway.
bool logs(const mesh::Mesh& mesh, const resource::Resource& resource,
          const mesh::GatewayView& view) {
  const auto& telemetry = *resource.as<resource::Telemetry>();
  const bool on = std::any_of(telemetry.access_logging->begin(), telemetry.access_logging->end(),
                              [](const auto& item) { return !*item->disabled; });
  if (!on) return false;
  const std::string_view name_space = mesh.namespace_of(resource);
  const auto targets = mesh::targets_of(&telemetry.target_ref, &telemetry.target_refs);
  if (!targets.empty())
    return std::any_of(view.pods.begin(), view.pods.end(), [&](const mesh::Workload* pod) {
      return mesh::name_gateway_of(targets, name_space, *pod);
    });
  if (name_space == mesh.settings().root_namespace) return true;
  return std::any_of(view.pods.begin(), view.pods.end(), [&](const mesh::Workload* pod) {
    return pod->name_space == name_space &&
           mesh::is_selected(telemetry.selector->match_labels, *pod->labels);
  });
}

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  const mesh::Settings& settings = mesh.settings();
  // Without the mesh's settings nothing is known of its logs.
  if (settings.mesh_config == nullptr || logs_by_default(*settings.mesh_config)) return;
  const auto& telemetries = mesh.all(resource::Kind::Telemetry);
  const auto& gateways = in.gateways().all();
  const auto silent = std::find_if(gateways.begin(), gateways.end(), [&](const auto& view) {
    return view.egress && std::none_of(telemetries.begin(), telemetries.end(),
                                       [&](const auto* one) { return logs(mesh, *one, view); });
  });
  if (silent == gateways.end()) return;
  const resource::Resource& holder = *settings.mesh_resource;
  auto finding = out.report(kId, mesh_config_place(holder),
                            "egress gateway \"{}\" writes no access log: the mesh sets no "
                            "accessLogFile, and no Telemetry "
                            "is for it",
                            silent->written_name);
  finding.field(mesh_config_path(holder, "accessLogFile"))
      .related(silent->resource->metadata.name.range, "the gateway")
      .help("set accessLogFile to /dev/stdout, or add a Telemetry with accessLogging");
  const yaml::Node* config = mesh_config_node(holder);
  if (config == nullptr || settings.mesh_config->access_log_file.present()) return;
  if (const auto edit = yaml::insert_entry(*config, "accessLogFile", "/dev/stdout"))
    finding.fix({.title = "write access logs", .safe = false, .edits = {*edit}});
}

}  // namespace

const Rule kNoAccessLog{
    .info = {.id = kId,
             .posture = true,
             .summary = "an egress gateway that writes no access log",
             .why = "What leaves the mesh can't be told afterwards, which is what many have an "
                    "egress gateway for. Istio's default is to log nothing.",
             .mend = "Set `accessLogFile` in MeshConfig, or add a Telemetry with `accessLogging` "
                     "for the gateway.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
