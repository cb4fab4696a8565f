// EGR0902 route-kind-mismatch
#include <algorithm>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0902", "route-kind-mismatch", Severity::Error};
constexpr std::string_view kReferences[] = {"https://gateway-api.sigs.k8s.io/guides/tls/",
                                            "istio/istio#56826"};

std::string_view mode_of(const resource::Listener& listener) {
  if (*listener.protocol != "TLS" && *listener.protocol != "HTTPS") return "";
  return *listener.tls->mode == resource::ListenerTlsMode::Passthrough ? " (Passthrough)"
                                                                       : " (Terminate)";
}

std::string_view wanted_kind(const resource::Listener& listener) {
  if (*listener.protocol == "TLS") return "TLSRoute";
  if (*listener.protocol == "TCP") return "TCPRoute";
  return "HTTPRoute or a GRPCRoute";
}

// Whether the listener would take routes of the kind, had it no list of kinds.
bool takes_by_protocol(resource::Listener listener, resource::Kind route) {
  listener.allowed_routes = {};
  return takes_kind(listener, route);
}

void report_list(const Context& in, const Attachment& at, const resource::Listener& listener,
                 Diagnostics& out) {
  out.report(kId, at.parent->range,
             "listener \"{}\" of Gateway \"{}\" takes no {} by its list of kinds", *listener.name,
             in.mesh().qualified_name(*at.gateway), resource::to_string(at.route->kind))
      .related(listener.allowed_routes->kinds.range, "the kinds that it takes")
      .help("add the kind to the list, or leave the list out");
}

void check(const Context& in, Diagnostics& out) {
  for (const Attachment& at : attachments(in.mesh())) {
    if (at.listeners.empty() ||
        std::any_of(at.listeners.begin(), at.listeners.end(),
                    [&](const auto* listener) { return takes_kind(**listener, at.route->kind); }))
      continue;
    const resource::Listener& first = **at.listeners.front();
    const auto listing = std::find_if(
        at.listeners.begin(), at.listeners.end(),
        [&](const auto* listener) { return takes_by_protocol(**listener, at.route->kind); });
    if (listing != at.listeners.end()) {
      report_list(in, at, ***listing, out);
      continue;
    }
    auto finding = out.report(kId, at.parent->range,
                              "listener \"{}\" of Gateway \"{}\" has protocol {}{} and takes no {}",
                              *first.name, in.mesh().qualified_name(*at.gateway), *first.protocol,
                              mode_of(first), resource::to_string(at.route->kind));
    finding.help(fmt::format("make the route a {}, or change the listener", wanted_kind(first)));
    for (const auto* listener : at.listeners)
      finding.related((*listener)->protocol.range, "the protocol of the listener");
  }
}

}  // namespace

const Rule kRouteKindMismatch{
    .info = {.id = kId,
             .summary = "a route of a kind that the listener's protocol does not take",
             .why = "The route is refused (NotAllowedByListeners), and the gateway has no filter "
                    "chain for its hosts: connections are reset. A listener that passes TLS "
                    "through sees no HTTP, and one for HTTP or HTTPS routes by requests alone.",
             .mend = "Use a TLSRoute for `protocol: TLS`, a TCPRoute for `TCP`, an HTTPRoute or "
                     "GRPCRoute for `HTTP` and `HTTPS`; look at `allowedRoutes.kinds`, too.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
