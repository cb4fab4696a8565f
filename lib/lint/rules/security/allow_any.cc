// EGR0501 allow-any
#include <algorithm>

#include "lib/lint/context.h"
#include "lib/lint/rules/mesh_place.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

using resource::OutboundMode;

constexpr RuleId kId{"EGR0501", "allow-any", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/api#1813", "istio/istio#16472",
                                            "istio/istio#37064", "istio/istio#43065"};

constexpr std::string_view kHelp =
    "set outboundTrafficPolicy.mode to REGISTRY_ONLY, and add NetworkPolicies: the mode is no "
    "security boundary";

void check(const Context& in, Diagnostics& out) {
  const mesh::Settings& settings = in.mesh().settings();
  const auto& gateways = in.gateways().all();
  if (settings.mesh_config == nullptr ||
      std::none_of(gateways.begin(), gateways.end(), [](const auto& view) { return view.egress; }))
    return;
  const auto& policy = settings.mesh_config->outbound_traffic_policy;
  const auto& mode = policy->mode;
  if (!policy.present()) {
    const resource::Resource& holder = *settings.mesh_resource;
    out.report(kId, mesh_config_place(holder),
               "the mesh sets no outboundTrafficPolicy and has the default, \"ALLOW_ANY\": hosts "
               "that nothing lists leave past the egress gateway")
        .field(mesh_config_path(holder, "outboundTrafficPolicy.mode"))
        .help(std::string(kHelp));
    return;
  }
  if (*mode != OutboundMode::AllowAny && *mode != OutboundMode::AllowAnyDynamicDns) return;
  auto finding = out.report(kId, mode.range,
                            "mode \"{}\": hosts that nothing lists leave past the egress gateway",
                            mode.text());
  finding.help(std::string(kHelp));
  if (mode.node == nullptr) return;
  if (const auto edit = yaml::replace_string(*mode.node, "REGISTRY_ONLY"))
    finding.fix({.title = "let only listed hosts out", .safe = false, .edits = {*edit}});
}

}  // namespace

const Rule kAllowAny{
    .info = {.id = kId,
             .posture = true,
             .summary = "a mesh with an egress gateway that lets unlisted hosts out directly",
             .why = "The gateway and its policies see the hosts that are configured on it. All "
                    "others leave from the sidecar through PassthroughCluster, unrestricted.",
             .mend = "Set `outboundTrafficPolicy.mode` to REGISTRY_ONLY.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
