// EGR0910 selector-for-waypoint
#include <array>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/mesh/gateway_api.h"
#include "lib/yaml/node.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0910", "selector-for-waypoint", Severity::Error};
constexpr resource::Kind kReads[] = {resource::Kind::AuthorizationPolicy,
                                     resource::Kind::RequestAuthentication,
                                     resource::Kind::Telemetry, resource::Kind::WasmPlugin};
constexpr std::string_view kClass = "gateway.networking.k8s.io/gateway-class-name";
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ambient/usage/l7-features/", "istio/istio#57661"};

// The waypoint that the labels are of, or nullptr.
const resource::Resource* waypoint(const mesh::Mesh& mesh, std::string_view name_space,
                                   std::string_view name) {
  const resource::Resource* gateway =
      mesh.find(resource::Kind::KubernetesGateway, name_space, name);
  return gateway != nullptr &&
                 *gateway->as<resource::KubernetesGateway>()->gateway_class_name == kWaypointClass
             ? gateway
             : nullptr;
}

void check(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  if (resource.node == nullptr) return;
  const yaml::Node* spec = resource.node->find("spec");
  const yaml::Entry* selector = spec != nullptr ? spec->find_entry("selector") : nullptr;
  const yaml::Node* labels = selector != nullptr ? selector->value.find("matchLabels") : nullptr;
  if (labels == nullptr || spec->find("targetRefs") != nullptr) return;
  const yaml::Node* name = labels->find(mesh::kGatewayNameLabel);
  const yaml::Node* class_name = labels->find(kClass);
  const resource::Resource* gateway =
      name != nullptr ? waypoint(in.mesh(), in.mesh().namespace_of(resource), name->scalar)
                      : nullptr;
  const bool by_class = class_name != nullptr && class_name->scalar == kWaypointClass;
  if (gateway == nullptr && !by_class) return;
  auto finding = out.report(kId, selector->key.range,
                            "waypoints do not look at selectors: the {} is in force nowhere",
                            *resource.kind_name);
  finding.help("name the waypoint in targetRefs");
  if (gateway != nullptr) finding.related(gateway->metadata.name.range, "the waypoint");
  // Inside a larger mapping the text from the key to the end of its value is the selector's own.
  if (name == nullptr || selector->value.from_alias || !name->is_plain()) return;
  const SourceRange whole{selector->key.range.source, selector->key.range.begin,
                          selector->value.range.end};
  finding.fix({.title = "name the waypoint in targetRefs",
               .safe = false,
               .edits = {{whole, fmt::format("targetRefs: [{{group: {}, kind: Gateway, name: {}}}]",
                                             kGatewayGroup, name->scalar)}}});
}

}  // namespace

const Rule kSelectorForWaypoint{
    .info = {.id = kId,
             .summary = "a policy that selects a waypoint by labels",
             .why = "Waypoints take policies by `targetRefs` alone; istiod passes over one with a "
                    "selector without a word, so that what it forbids stays allowed.",
             .mend = "Write `targetRefs` with the Gateway of class istio-waypoint, or the Service "
                     "or ServiceEntry that it serves.",
             .references = kReferences},
    .check_one = check,
    .reads = kReads};

}  // namespace egressctl::lint::rules
