// EGR0601 patch-context, EGR0602 patch-namespace, EGR0606 service-port-in-match
#include <algorithm>

#include "lib/lint/context.h"
#include "lib/lint/rules/envoy_filters/envoy_filters.h"
#include "lib/lint/rules/envoy_filters/selected_pods.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kContext{"EGR0601", "patch-context", Severity::Error};
constexpr RuleId kNamespace{"EGR0602", "patch-namespace", Severity::Error};
constexpr RuleId kPort{"EGR0606", "service-port-in-match", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/envoy-filter/", "istio/istio#26912",
    "istio/istio#17414"};
constexpr resource::Kind kReads[] = {resource::Kind::EnvoyFilter};

using resource::PatchContext;

void check_context(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto pods = selected_pods(in, resource);
  if (pods.empty()) return;
  const auto gateways = std::count_if(pods.begin(), pods.end(),
                                      [&](const auto* pod) { return runs_gateway(in, *pod); });
  const bool all = gateways == static_cast<std::ptrdiff_t>(pods.size());
  if (gateways != 0 && !all) return;
  for (const auto& patch : *resource.as<resource::EnvoyFilter>()->config_patches) {
    const auto& context = patch->match->context;
    const bool sidecar =
        *context == PatchContext::SidecarInbound || *context == PatchContext::SidecarOutbound;
    if (!(all ? sidecar : *context == PatchContext::Gateway)) continue;
    auto finding = out.report(kContext, context.range,
                              "the selector picks {}, but this patch is for \"{}\" and is never "
                              "applied",
                              all ? "gateways" : "sidecars", context.text());
    finding.related(pods.front()->resource->metadata.name.range, "what it picks");
    finding.help(all ? "set \"context: GATEWAY\"" : "set \"context: SIDECAR_OUTBOUND\"");
    if (!all || context.node == nullptr) continue;
    if (const auto edit = yaml::replace_string(*context.node, "GATEWAY"))
      finding.fix({.title = "patch the gateway", .safe = false, .edits = {*edit}});
  }
}

void check_namespace(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  if (!selected_pods(in, resource).empty()) return;
  const auto elsewhere = selected_pods(in, resource, true);
  if (elsewhere.empty() || !std::all_of(elsewhere.begin(), elsewhere.end(),
                                        [&](const auto* pod) { return runs_gateway(in, *pod); }))
    return;
  const mesh::Workload& pod = *elsewhere.front();
  const resource::Text& written = resource.metadata.name_space;
  auto finding = out.report(
      kNamespace, written.present() ? written.range : resource.metadata.name.range,
      "EnvoyFilters work in their own namespace; the gateway that this one selects runs in \"{}\"",
      pod.name_space);
  finding.field("metadata.namespace")
      .related(pod.resource->metadata.name.range, "the gateway is here")
      .help(fmt::format("move it to namespace \"{}\"", pod.name_space));
  if (written.node == nullptr) return;
  if (const auto edit = yaml::replace_string(*written.node, pod.name_space))
    finding.fix({.title = "move it to the gateway's namespace", .safe = false, .edits = {*edit}});
}

// The port on which a gateway's pods listen for a server of that number; 0 when some listener is
// on the number itself, or there is no such server.
std::int64_t moved_to(const Context& in, const std::vector<const mesh::Workload*>& pods,
                      std::int64_t number) {
  std::int64_t out = 0;
  for (const mesh::Workload* pod : pods)
    for (const mesh::GatewayView* gateway : in.gateways().at(*pod))
      for (const auto& server : *gateway->gateway->servers) {
        const std::int64_t port = gateway->pod_port(*server->port->number);
        if (port == number) return 0;
        if (*server->port->number == number) out = port;
      }
  return out;
}

void check_port(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto pods = selected_pods(in, resource);
  if (pods.empty()) return;
  for (const auto& patch : *resource.as<resource::EnvoyFilter>()->config_patches) {
    const resource::Number& number = patch->match->listener->port_number;
    if (!number.present() || number.node == nullptr) continue;
    const std::int64_t right = moved_to(in, pods, *number);
    if (right == 0) continue;
    auto finding = out.report(kPort, number.range,
                              "the gateway listens on port {}, which is the Service's port {} at "
                              "the pods: no listener is on {}",
                              right, *number, *number);
    finding.help(fmt::format("match port {}", right));
    if (const auto edit = yaml::replace_raw(*number.node, fmt::format("{}", right)))
      finding.fix({.title = fmt::format("match port {}", right), .edits = {*edit}});
  }
}

}  // namespace

const Rule kPatchContext{
    .info = {.id = kContext,
             .summary = "a patch whose context is not that of the selected proxies",
             .why = "istiod does not apply it, and says nothing.",
             .mend = "Gateways need `context: GATEWAY`, sidecars one of the SIDECAR contexts.",
             .references = kReferences},
    .check_one = check_context,
    .reads = kReads};

const Rule kPatchNamespace{
    .info = {.id = kNamespace,
             .summary = "an EnvoyFilter in another namespace than the gateway that it selects",
             .why = "An EnvoyFilter works on proxies of its own namespace, or of all when it is "
                    "in the root namespace. Elsewhere it does nothing.",
             .mend = "Move it to the gateway's namespace.",
             .references = kReferences},
    .check_one = check_namespace,
    .reads = kReads};

const Rule kServicePortInMatch{
    .info = {.id = kPort,
             .summary = "a patch that matches the Service's port instead of the listener's",
             .why = "The gateway's listener is on the pods' port (`0.0.0.0_8443` for a Service "
                    "that maps 443 to 8443). The patch finds none and is not applied.",
             .mend = "Match the targetPort.",
             .references = kReferences},
    .check_one = check_port,
    .reads = kReads};

}  // namespace egressctl::lint::rules
