// EGR0912 unknown-parent
#include <algorithm>
#include <string>
#include <vector>

#include "lib/base/text.h"
#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0912", "unknown-parent", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://gateway-api.sigs.k8s.io/reference/spec/#parentreference"};
constexpr resource::Kind kReads[] = {resource::Kind::HttpRoute, resource::Kind::GrpcRoute,
                                     resource::Kind::TlsRoute, resource::Kind::TcpRoute};

using Parent = resource::Positioned<resource::ParentRef>;
using resource::Kind;

// The kind that the reference is to; Unknown for those that the input is not known to hold.
Kind kind_of(const resource::ParentRef& parent) {
  if (is_gateway(parent)) return Kind::KubernetesGateway;
  if (*parent.kind == "ServiceEntry" && *parent.group == kIstioGroup) return Kind::ServiceEntry;
  const bool core = parent.group.present() && parent.group->empty();
  return *parent.kind == "Service" && core ? Kind::Service : Kind::Unknown;
}

// Objects of that kind and name in other namespaces.
std::vector<const resource::Resource*> elsewhere(const mesh::Mesh& mesh, Kind kind,
                                                 std::string_view name) {
  std::vector<const resource::Resource*> out;
  for (const resource::Resource* candidate : mesh.all(kind))
    if (*candidate->metadata.name == name) out.push_back(candidate);
  return out;
}

void move_reference(const mesh::Mesh& mesh, const Parent& parent, const resource::Resource& meant,
                    Diagnostics::Builder finding) {
  const std::string right(mesh.namespace_of(meant));
  finding.help(fmt::format("name its namespace, \"{}\"", right))
      .related(meant.metadata.name.range, "the one of that name is here");
  const resource::Text& written = parent->name_space;
  const auto edit = written.present() ? yaml::replace_string(*written.node, right)
                                      : yaml::insert_entry(*parent.node, "namespace", right);
  if (edit.has_value())
    finding.fix({.title = fmt::format("refer to namespace \"{}\"", right), .edits = {*edit}});
}

void report_absent(const mesh::Mesh& mesh, const Parent& parent, Kind kind,
                   std::string_view name_space, Diagnostics& out) {
  auto finding = out.report(kId, parent->name.range, "there is no {} \"{}\" in namespace \"{}\"",
                            kind == Kind::KubernetesGateway ? "Gateway" : resource::to_string(kind),
                            *parent->name, name_space);
  if (mesh.all(kind).empty() && mesh.namespace_object(name_space) == nullptr) {
    finding.severity(Severity::Info).help("lint it together with what the route is attached to");
    return;
  }
  const auto others = elsewhere(mesh, kind, *parent->name);
  if (others.size() == 1) return move_reference(mesh, parent, *others.front(), finding);
  std::vector<std::string_view> names;
  for (const resource::Resource* candidate : mesh.all(kind))
    if (mesh.namespace_of(*candidate) == name_space) names.push_back(*candidate->metadata.name);
  const std::string near = did_you_mean(*parent->name, names);
  finding.help(near.empty() ? "write it, or name one that exists" : near);
}

void check_listener(const Parent& parent, const resource::Resource& gateway, Diagnostics& out) {
  const resource::Text& section = parent->section_name;
  const resource::Number& port = parent->port;
  if (section->empty() && !port.present()) return;
  std::vector<std::string_view> names;
  std::string list;
  for (const auto& listener : *gateway.as<resource::KubernetesGateway>()->listeners) {
    if ((section->empty() || *section == *listener->name) &&
        (!port.present() || *port == *listener->port))
      return;
    names.push_back(*listener->name);
    list += fmt::format("{}\"{}\" on port {}", list.empty() ? "" : ", ", *listener->name,
                        *listener->port);
  }
  const bool by_name = !section->empty();
  const std::string wanted =
      !by_name ? fmt::format("on port {}", *port)
               : fmt::format("\"{}\"{}", *section,
                             port.present() ? fmt::format(" on port {}", *port) : std::string());
  auto finding = out.report(kId, by_name ? section.range : port.range,
                            "Gateway \"{}\" has no listener {}; it has {}", *parent->name, wanted,
                            list.empty() ? std::string("none") : list);
  finding.related(gateway.metadata.name.range, "the Gateway is here");
  const auto near = by_name ? nearest(*section, names) : std::nullopt;
  if (!near) return;
  finding.help(fmt::format("did you mean \"{}\"?", *near));
  if (const auto edit = yaml::replace_string(*section.node, *near))
    finding.fix({.title = fmt::format("name listener \"{}\"", *near), .edits = {*edit}});
}

void check_one(const Context& in, const resource::Resource& route, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  for (const Parent& parent : *route.as<resource::KubernetesRoute>()->parent_refs) {
    const Kind kind = kind_of(*parent);
    if (kind == Kind::Unknown || parent->name->empty()) continue;
    const std::string_view name_space = parent->name_space->empty()
                                            ? mesh.namespace_of(route)
                                            : std::string_view(*parent->name_space);
    const resource::Resource* found = mesh.find(kind, name_space, *parent->name);
    if (found == nullptr)
      report_absent(mesh, parent, kind, name_space, out);
    else if (kind == Kind::KubernetesGateway)
      check_listener(parent, *found, out);
  }
}

}  // namespace

const Rule kUnknownParent{
    .info = {.id = kId,
             .summary = "a route attached to a Gateway, a listener or a host that does not exist",
             .why = "The route is not accepted (NoMatchingParent), and its status is the only "
                    "place that says so: at a gateway connections are reset or get 404, sidecars "
                    "go to the host directly.",
             .mend = "Name the parent and its listener as they are, with the namespace where it is "
                     "another.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
