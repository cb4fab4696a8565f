// EGR0904 no-reference-grant
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "lib/base/text.h"
#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/mesh/gateway_api_references.h"
#include "lib/yaml/append.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0904", "no-reference-grant", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://gateway-api.sigs.k8s.io/reference/spec/#referencegrant", "kiali/kiali#10188"};

class Check {
 public:
  Check(const Context& in, Diagnostics& out) : mesh_(in.mesh()), grants_(in.mesh()), out_(out) {}

  void run() {
    for (const resource::Resource* route : all_routes(mesh_))
      for (const auto& rule : *route->as<resource::KubernetesRoute>()->rules)
        for (const auto& backend : *rule->backend_refs)
          if (is_service(*backend))
            refer(*route, resource::to_string(route->kind), backend->name_space, "Service",
                  *backend->name,
                  is_for_mesh(*route->as<resource::KubernetesRoute>()) ? Severity::Warning
                                                                       : Severity::Error);
    for (const resource::Resource* gateway : mesh_.all(resource::Kind::KubernetesGateway))
      for (const auto& listener : *gateway->as<resource::KubernetesGateway>()->listeners)
        for (const auto& secret : *listener->tls->certificate_refs)
          if (secret->group->empty() && (secret->kind->empty() || *secret->kind == "Secret"))
            refer(*gateway, "Gateway", secret->name_space, "Secret", *secret->name);
  }

 private:
  // Whether all parents are Services or ServiceEntries. istiod does not ask for grants then, though
  // the Gateway API does: pilot/pkg/config/kube/gateway/route_collections.go, enforceRefGrant.
  static bool is_for_mesh(const resource::KubernetesRoute& route) {
    return !route.parent_refs->empty() &&
           std::all_of(route.parent_refs->begin(), route.parent_refs->end(),
                       [](const auto& parent) { return is_mesh_parent(*parent); });
  }

  void refer(const resource::Resource& source, std::string_view from,
             const resource::Text& name_space, std::string_view to, const std::string& name,
             Severity severity = Severity::Error) {
    const std::string_view home = mesh_.namespace_of(source);
    if (name_space->empty() || *name_space == home || !mesh_.knows_namespace(*name_space) ||
        grants_.allow({kGatewayGroup, from}, home, {"", to}, *name_space, name))
      return;
    auto finding = out_.report(
        kId, name_space.range,
        "no ReferenceGrant in namespace \"{}\" lets a {} of \"{}\" refer to {} \"{}\"{}",
        *name_space, from, home, to, name,
        severity == Severity::Error
            ? ""
            : ", which the Gateway API demands and Istio does not check for sidecars");
    finding.severity(severity).help(fmt::format(
        "write a ReferenceGrant in \"{}\" from {} of \"{}\" to {}", *name_space, from, home, to));
    if (auto fix = grant(name_space, {from, home, to, name})) finding.fix(std::move(*fix));
  }

  struct Reference {
    std::string_view from;
    std::string_view home;
    std::string_view to;
    std::string_view name;
  };

  // A grant for this reference alone, behind the file's last document.
  [[nodiscard]] std::optional<Fix> grant(const resource::Text& place, const Reference& in) const {
    const std::string name = fmt::format("{}-{}-to-{}", in.home, to_lower(in.from), in.name);
    if (mesh_.find(resource::Kind::ReferenceGrant, *place, name) != nullptr) return std::nullopt;
    const std::string document = fmt::format(
        "apiVersion: {}/v1beta1\nkind: ReferenceGrant\nmetadata:\n  name: {}\n  namespace: {}\n"
        "spec:\n  from:\n  - group: {}\n    kind: {}\n    namespace: {}\n"
        "  to:\n  - group: \"\"\n    kind: {}\n    name: {}\n",
        kGatewayGroup, yaml::emit_string(name), yaml::emit_string(*place), kGatewayGroup, in.from,
        yaml::emit_string(in.home), in.to, yaml::emit_string(in.name));
    return yaml::document_fix(*place.range.source, document,
                              fmt::format("permit the reference in namespace \"{}\"", *place));
  }

  const mesh::Mesh& mesh_;
  const mesh::gateway_api::Grants grants_;
  Diagnostics& out_;
};

void check(const Context& in, Diagnostics& out) {
  Check(in, out).run();
}

}  // namespace

const Rule kNoReferenceGrant{
    .info = {.id = kId,
             .summary = "a reference into another namespace that no ReferenceGrant permits",
             .why = "istiod leaves the backend out (RefNotPermitted): HTTP requests get 500, TLS "
                    "connections are closed. A listener whose Secret is refused is not opened. "
                    "References of kind Hostname need no grant.",
             .mend = "Write a ReferenceGrant in the namespace that is referred to.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
