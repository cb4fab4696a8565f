// EGR0203 match-gateway-not-bound
#include <algorithm>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/references.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0203", "match-gateway-not-bound", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/",
    "kiali/kiali#2932"};

void check_match(const mesh::VirtualService& service, const mesh::RouteMatch& match,
                 Diagnostics& out) {
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
  }
}

void check(const Context& in, Diagnostics& out) {
  for (const mesh::VirtualService& service : in.mesh().routes())
    for (const mesh::Route& route : service.routes)
      for (const mesh::RouteMatch& match : route.matches) check_match(service, match, out);
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
