// EGR0903 namespace-not-allowed
#include <algorithm>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0903", "namespace-not-allowed", Severity::Error};
constexpr std::string_view kReferences[] = {"https://gateway-api.sigs.k8s.io/guides/multiple-ns/",
                                            "istio/istio#56826"};

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  for (const Attachment& at : attachments(mesh)) {
    const std::string_view home = mesh.namespace_of(*at.gateway);
    const std::string_view place = mesh.namespace_of(*at.route);
    const resource::Positioned<resource::Listener>* refusing = nullptr;
    const bool taken =
        std::any_of(at.listeners.begin(), at.listeners.end(), [&](const auto* listener) {
          if (!takes_kind(**listener, at.route->kind)) return false;
          if (takes_namespace(mesh, **listener, home, place)) return true;
          if (refusing == nullptr) refusing = listener;
          return false;
        });
    if (taken || refusing == nullptr) continue;
    const resource::Listener& listener = **refusing;
    const resource::AllowedNamespaces& allowed = *listener.allowed_routes->namespaces;
    const bool selects = allowed.from.text() == "Selector";
    auto finding = out.report(
        kId, at.parent->range,
        "listener \"{}\" of Gateway \"{}\" takes no routes of namespace \"{}\": {}", *listener.name,
        mesh.qualified_name(*at.gateway), place,
        selects ? "its selector does not match the Namespace's labels"
        : allowed.from.present()
            ? fmt::format("\"allowedRoutes.namespaces.from\" is \"{}\"", allowed.from.text())
            : std::string("without \"allowedRoutes\" it takes those of its own namespace alone"));
    finding.related(allowed.from.present() ? allowed.from.range : refusing->range,
                    "the listener is here");
    finding.help(selects ? "give the Namespace the labels that the listener selects"
                         : "let the listener take routes from: Selector, or from: All");
    if (selects || !allowed.from.present()) continue;
    const auto edit = yaml::replace_string(*allowed.from.node, "All");
    if (edit.has_value())
      finding.fix({.title = "let the listener take routes of all namespaces", .edits = {*edit}});
  }
}

}  // namespace

const Rule kNamespaceNotAllowed{
    .info = {.id = kId,
             .summary = "a route in a namespace from which the listener takes none",
             .why = "The route is refused (NotAllowedByListeners) and the gateway knows nothing "
                    "of its hosts. A listener that says nothing takes routes of the Gateway's own "
                    "namespace alone.",
             .mend = "Set the listener's `allowedRoutes.namespaces` to a selector that matches the "
                     "route's Namespace, or put the route into the Gateway's namespace.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
