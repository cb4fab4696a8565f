// EGR0601 patch-context, EGR0602 patch-namespace, EGR0606 service-port-in-match
#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/envoy_filters/envoy_filters.h"
#include "lib/lint/rules/envoy_filters/listening.h"
#include "lib/lint/rules/envoy_filters/selected_pods.h"
#include "lib/lint/rules/references/hops.h"
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

// What an EnvoyFilter is applied to, as far as the set tells.
struct Target {
  bool gateways = false;  // gateways alone
  bool sidecars = false;  // sidecars alone
  SourceRange where;      // one of them
};

Target target_of(const Context& in, const resource::Resource& filter) {
  const auto pods = selected_pods(in, filter);
  if (!pods.empty()) {
    const auto gateways = std::count_if(pods.begin(), pods.end(),
                                        [&](const auto* pod) { return runs_gateway(in, *pod); });
    return {.gateways = gateways == static_cast<std::ptrdiff_t>(pods.size()),
            .sidecars = gateways == 0,
            .where = pods.front()->resource->metadata.name.range};
  }
  for (const mesh::GatewayView* view : meant_gateways(in, filter))
    if (reaches(in, filter, *view))
      return {.gateways = true, .where = view->resource->metadata.name.range};
  return {};
}

void check_context(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const Target target = target_of(in, resource);
  if (!target.gateways && !target.sidecars) return;
  for (const auto& patch : *resource.as<resource::EnvoyFilter>()->config_patches) {
    const auto& context = patch->match->context;
    const bool sidecar =
        *context == PatchContext::SidecarInbound || *context == PatchContext::SidecarOutbound;
    if (!(target.gateways ? sidecar : *context == PatchContext::Gateway)) continue;
    auto finding = out.report(kContext, context.range,
                              "the selector picks {}, but this patch is for \"{}\" and is never "
                              "applied",
                              target.gateways ? "gateways" : "sidecars", context.text());
    finding.related(target.where, "what it picks");
    finding.help(target.gateways ? "set \"context: GATEWAY\""
                                 : "set \"context: SIDECAR_OUTBOUND\"");
    if (!target.gateways || context.node == nullptr) continue;
    if (const auto edit = yaml::replace_string(*context.node, "GATEWAY"))
      finding.fix({.title = "patch the gateway", .safe = false, .edits = {*edit}});
  }
}

// The namespaces of the hosts to which routes of sidecars lead: a gateway may run there that the
// set does not have.
struct DialledNamespaces {
  std::unordered_set<std::string> names;

  explicit DialledNamespaces(const Context& in) {
    for (const mesh::VirtualService* service : in.mesh().bound_to("mesh"))
      for (const mesh::Route& route : service->routes)
        for (const mesh::RouteTarget& target : route.targets)
          names.emplace(cluster_name(in.mesh(), target.host).name_space);
  }
};

// Where the gateway runs that the EnvoyFilter selects and does not reach.
struct Elsewhere {
  std::string_view name_space;
  SourceRange where;
};

std::optional<Elsewhere> elsewhere(const Context& in, const resource::Resource& filter) {
  if (!selected_pods(in, filter).empty()) return std::nullopt;
  const auto pods = selected_pods(in, filter, true);
  if (!pods.empty()) {
    if (!std::all_of(pods.begin(), pods.end(),
                     [&](const auto* pod) { return runs_gateway(in, *pod); }))
      return std::nullopt;
    return Elsewhere{pods.front()->name_space, pods.front()->resource->metadata.name.range};
  }
  const auto& gateways = meant_gateways(in, filter);
  const auto& dialled = in.shared<DialledNamespaces>().names;
  if (gateways.empty() || dialled.contains(std::string(in.mesh().namespace_of(filter))) ||
      std::any_of(gateways.begin(), gateways.end(),
                  [&](const auto* view) { return reaches(in, filter, *view); }))
    return std::nullopt;
  const mesh::GatewayView& view = *gateways.front();
  return Elsewhere{view.namespaces.front(), view.services.empty()
                                                ? view.resource->metadata.name.range
                                                : view.services.front()->range};
}

void check_namespace(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto found = elsewhere(in, resource);
  if (!found) return;
  const resource::Text& written = resource.metadata.name_space;
  auto finding = out.report(
      kNamespace, written.present() ? written.range : resource.metadata.name.range,
      "EnvoyFilters work in their own namespace; the gateway that this one selects runs in \"{}\"",
      found->name_space);
  finding.field("metadata.namespace")
      .related(found->where, "the gateway is here")
      .help(fmt::format("move it to namespace \"{}\"", found->name_space));
  if (written.node == nullptr) return;
  if (const auto edit = yaml::replace_string(*written.node, found->name_space))
    finding.fix({.title = "move it to the gateway's namespace", .safe = false, .edits = {*edit}});
}

// The port on which a gateway's pods listen for a server of that number; 0 when some listener is
// on the number itself, or there is no such server.
std::int64_t moved_to(const Listening& listening, std::int64_t number) {
  const auto found = listening.pod_ports.find(number);
  return found == listening.pod_ports.end() || listening.ports.contains(number) ? 0 : found->second;
}

void check_port(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const Listening& listening = listening_of(in, resource);
  for (const auto& patch : *resource.as<resource::EnvoyFilter>()->config_patches) {
    const resource::Number& number = patch->match->listener->port_number;
    if (!number.present() || number.node == nullptr) continue;
    const std::int64_t right = moved_to(listening, *number);
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
