// EGR0906 malformed-reference
#include <algorithm>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0906", "malformed-reference", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/",
    "istio/istio#35672"};

// A group that is missing or not Istio's.
template <typename Ref>
void check_group(const resource::Positioned<Ref>& ref, std::string_view wanted, Diagnostics& out) {
  const resource::Text& group = ref->group;
  auto finding = group.present()
                     ? out.report(kId, group.range, "kind \"{}\" is of group \"{}\", not of \"{}\"",
                                  *ref->kind, wanted, *group)
                     : out.report(kId, ref.range, "kind \"{}\" without \"group\": it is of \"{}\"",
                                  *ref->kind, wanted);
  finding.help(wanted.empty() ? std::string("set group: \"\"")
                              : fmt::format("set group: {}", wanted));
  const std::string written = wanted.empty() ? "\"\"" : std::string(wanted);
  const auto edit = group.present() ? yaml::replace_string(*group.node, wanted)
                                    : yaml::insert_entry(*ref.node, "group", written);
  if (edit.has_value())
    finding.fix({.title = "set the group of the kind", .safe = true, .edits = {*edit}});
}

void check_parent(const resource::Positioned<resource::ParentRef>& parent, Diagnostics& out) {
  const std::string& kind = *parent->kind;
  if (kind == "ServiceEntry" && *parent->group != kIstioGroup)
    check_group(parent, kIstioGroup, out);
  else if (kind == "Service" && (!parent->group.present() || !parent->group->empty()))
    check_group(parent, "", out);
  else if (kind == "Hostname")
    out.report(kId, parent->kind.range, "a route can't have a parent of kind \"Hostname\"")
        .help("refer to the ServiceEntry of the host");
}

void check_backend(const resource::Positioned<resource::BackendRef>& backend, Diagnostics& out) {
  const std::string& kind = *backend->kind;
  if (kind == "ServiceEntry") {
    out.report(kId, backend->kind.range, "a route can't send to a backend of kind \"ServiceEntry\"")
        .help("refer to the host itself: group networking.istio.io, kind Hostname");
    return;
  }
  if (kind != "Hostname") return;
  if (*backend->group != kIstioGroup) check_group(backend, kIstioGroup, out);
  if (backend->name_space.present()) {
    auto finding = out.report(kId, backend->name_space.range,
                              "a backend of kind \"Hostname\" is in no namespace, but has \"{}\"",
                              *backend->name_space);
    finding.help("leave the namespace out");
    const auto edit = yaml::remove_entry(*backend.node, "namespace");
    if (edit.has_value())
      finding.fix({.title = "leave the namespace out", .safe = true, .edits = {*edit}});
  }
  if (!backend->port.present())
    out.report(kId, backend.range, "backend \"{}\" of kind \"Hostname\" lacks \"port\"",
               *backend->name)
        .help("name a port of the ServiceEntry");
}

// Whether all Gateways above the route are known and none is Istio's: other controllers have
// references of their own.
bool is_foreign(const mesh::Mesh& mesh, const resource::Resource& resource,
                const resource::KubernetesRoute& route) {
  const auto foreign = [&](const resource::Positioned<resource::ParentRef>& parent) {
    if (!is_gateway(*parent)) return false;
    const std::string_view own = parent->name_space->empty()
                                     ? mesh.namespace_of(resource)
                                     : std::string_view(*parent->name_space);
    const resource::Resource* gateway =
        mesh.find(resource::Kind::KubernetesGateway, own, *parent->name);
    const auto* spec = gateway != nullptr ? gateway->as<resource::KubernetesGateway>() : nullptr;
    return spec != nullptr && !spec->gateway_class_name->starts_with("istio");
  };
  return !route.parent_refs->empty() &&
         std::all_of(route.parent_refs->begin(), route.parent_refs->end(), foreign);
}

void check_one(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto* route = resource.as<resource::KubernetesRoute>();
  if (route == nullptr || is_foreign(in.mesh(), resource, *route)) return;
  for (const auto& parent : *route->parent_refs) check_parent(parent, out);
  for (const auto& rule : *route->rules)
    for (const auto& backend : *rule->backend_refs) check_backend(backend, out);
}

constexpr resource::Kind kReads[] = {resource::Kind::HttpRoute, resource::Kind::GrpcRoute,
                                     resource::Kind::TlsRoute, resource::Kind::TcpRoute};

}  // namespace

const Rule kMalformedReference{
    .info = {.id = kId,
             .summary = "a reference to a ServiceEntry or a host that istiod cannot read",
             .why = "Without its group the kind is looked for among those of the Gateway API or of "
                    "Kubernetes' core, and is unknown there (InvalidKind). A host has no namespace "
                    "and needs a port; istiod refuses anything else. Requests get 500.",
             .mend = "Write `group: networking.istio.io`; for `kind: Hostname` a `port` and no "
                     "`namespace`.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
