// EGR0203 match-gateway-not-bound
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/references.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0203", "match-gateway-not-bound", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/",
    "kiali/kiali#2932"};

// Whether the route leads to the gateway of that name, so that it is no rule for the gateway.
bool leads_to(const Context& in, const mesh::Route& route, std::string_view gateway) {
  return std::any_of(route.targets.begin(), route.targets.end(), [&](const auto& target) {
    const auto& behind = in.gateways().behind(target.host);
    return std::any_of(behind.begin(), behind.end(),
                       [&](const mesh::GatewayView* view) { return view->name == gateway; });
  });
}

// Binds the VirtualService to the gateway, or makes the rule one for sidecars where it can't be
// meant for the gateway.
std::optional<Fix> fix_of(const Context& in, const mesh::VirtualService& service,
                          const mesh::Route& route, const resource::Text& gateway,
                          const std::string& name) {
  if (leads_to(in, route, name)) {
    if (!service.binds("mesh") || gateway.node == nullptr) return std::nullopt;
    const auto edit = yaml::replace_string(*gateway.node, "mesh");
    if (!edit) return std::nullopt;
    return Fix{.title = "make it a rule for sidecars", .safe = false, .edits = {*edit}};
  }
  const resource::Texts& bound = service.service->gateways;
  if (!bound.present() || (name != "mesh" && in.gateways().find(name) == nullptr))
    return std::nullopt;
  const auto edit = yaml::append_item(*bound.node, *gateway);
  if (!edit) return std::nullopt;
  return Fix{.title = "bind the VirtualService to it", .safe = false, .edits = {*edit}};
}

// The gateways that fixes add to VirtualServices.
using Added = std::set<std::pair<const mesh::VirtualService*, std::string>>;

void check_match(const Context& in, const mesh::VirtualService& service, const mesh::Route& route,
                 const mesh::RouteMatch& match, Added& added, Diagnostics& out) {
  if (match.gateways == nullptr) return;
  for (const resource::Text& gateway : **match.gateways) {
    const std::string name = mesh::resolve_gateway(*gateway, service.name_space);
    if (service.binds(name)) continue;
    const bool client_half = name == "mesh";
    auto finding =
        out.report(kId, gateway.range,
                   "the match is for gateway \"{}\", which \"spec.gateways\" lacks: {}", *gateway,
                   client_half ? "sidecars never see this route and traffic goes around "
                                 "the gateway"
                               : "the gateway never sees this route");
    const resource::Texts& bound = service.service->gateways;
    if (bound.present())
      finding.related(bound.range, "the gateways that the VirtualService is bound to");
    finding.help(fmt::format("add \"{}\" to spec.gateways{}", *gateway,
                             bound.present() ? "" : ", whose default is only \"mesh\""));
    if (auto fix = fix_of(in, service, route, gateway, name))
      if (added.emplace(&service, fix->title + name).second) finding.fix(*std::move(fix));
  }
}

void check(const Context& in, Diagnostics& out) {
  Added added;
  for (const mesh::VirtualService& service : in.mesh().routes())
    for (const mesh::Route& route : service.routes)
      for (const mesh::RouteMatch& match : route.matches)
        check_match(in, service, route, match, added, out);
}

}  // namespace

const Rule kMatchGatewayNotBound{
    .info = {.id = kId,
             .summary = "a match for a gateway that the VirtualService is not bound to",
             .why = "The route is dead. Where the gateway is `mesh`, clients are not redirected: "
                    "they leave without the gateway, past all of its policies. Where it is "
                    "another, the gateway has no route and resets the connection.",
             .mend = "Add the gateway to `spec.gateways`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
