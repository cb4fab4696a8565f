// EGR0907 unknown-waypoint
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/text.h"
#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0907", "unknown-waypoint", Severity::Error};
constexpr std::string_view kLabel = "istio.io/use-waypoint";
constexpr std::int64_t kHbonePort = 15008;
constexpr std::string_view kReferences[] = {"https://istio.io/latest/docs/ambient/usage/waypoint/",
                                            "istio/istio#54896", "istio/istio#60781"};

// The waypoints of a namespace.
std::vector<std::string> waypoints_in(const mesh::Mesh& mesh, std::string_view name_space) {
  std::vector<std::string> out;
  for (const resource::Resource* gateway : mesh.all(resource::Kind::KubernetesGateway))
    if (mesh.namespace_of(*gateway) == name_space &&
        *gateway->as<resource::KubernetesGateway>()->gateway_class_name == kWaypointClass)
      out.push_back(*gateway->metadata.name);
  return out;
}

// Whether the waypoint lets resources of a namespace use it: what its HBONE listener says of routes
// counts for these, and its own namespace alone where it has none.
//
// Source: istio/istio pilot/pkg/serviceregistry/ambient/waypoints.go (makeAllowedRoutes,
// AllowsAttachmentFromNamespace).
bool is_let_in(const mesh::Mesh& mesh, const resource::Resource& waypoint,
               std::string_view name_space) {
  const std::string_view home = mesh.namespace_of(waypoint);
  for (const auto& listener : *waypoint.as<resource::KubernetesGateway>()->listeners)
    if (*listener->protocol == "HBONE" && *listener->port == kHbonePort)
      return takes_namespace(mesh, *listener, home, name_space);
  return home == name_space;
}

void check_admission(const mesh::Mesh& mesh, const resource::Text& label,
                     std::string_view waypoint_namespace, std::string_view home, Diagnostics& out) {
  const resource::Resource* waypoint =
      mesh.find(resource::Kind::KubernetesGateway, waypoint_namespace, *label);
  if (waypoint == nullptr || is_let_in(mesh, *waypoint, home)) return;
  out.report(kId, label.range,
             "waypoint \"{}\" takes nothing of namespace \"{}\", by the allowedRoutes of its "
             "listener",
             mesh.qualified_name(*waypoint), home)
      .related(waypoint->metadata.name.range, "the waypoint")
      .help("let its listener take routes from: Selector, or from: All");
}

void check_label(const mesh::Mesh& mesh, const resource::Resource& resource, Diagnostics& out) {
  const resource::Text* label = resource.metadata.labels->find(kLabel);
  if (label == nullptr || **label == "none") return;
  const resource::Text* elsewhere =
      resource.metadata.labels->find("istio.io/use-waypoint-namespace");
  const std::string_view home = resource.kind == resource::Kind::Namespace
                                    ? std::string_view(*resource.metadata.name)
                                    : mesh.namespace_of(resource);
  const std::string_view name_space = elsewhere != nullptr ? std::string_view(**elsewhere) : home;
  // A namespace without any waypoint may have it from elsewhere.
  const std::vector<std::string> known = waypoints_in(mesh, name_space);
  if (known.empty()) return;
  if (std::find(known.begin(), known.end(), **label) != known.end()) {
    check_admission(mesh, *label, name_space, home, out);
    return;
  }
  auto finding =
      out.report(kId, label->range, "namespace \"{}\" has no waypoint \"{}\"; it has \"{}\"",
                 name_space, **label, join(known, "\", \""));
  finding.help("name a Gateway of class \"istio-waypoint\"");
  if (known.size() != 1 || label->node == nullptr) return;
  if (const auto edit = yaml::replace_string(*label->node, known.front()))
    finding.fix({.title = "use the waypoint that there is", .edits = {*edit}});
}

void check(const Context& in, Diagnostics& out) {
  for (const resource::Kind kind :
       {resource::Kind::ServiceEntry, resource::Kind::Service, resource::Kind::Namespace})
    for (const resource::Resource* resource : in.mesh().all(kind))
      check_label(in.mesh(), *resource, out);
}

}  // namespace

const Rule kUnknownWaypoint{
    .info = {.id = kId,
             .summary = "a label that names a waypoint that does not exist, or that refuses",
             .why = "ztunnel sends straight to the host: no policy and no TLS origination of the "
                    "waypoint applies.",
             .mend = "Write the waypoint's name, and its namespace in "
                     "`istio.io/use-waypoint-namespace` when that is another one, which its "
                     "listener must let in.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
