// EGR0304 gateway-loop
#include <algorithm>
#include <set>
#include <unordered_set>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/mesh/gateway_api.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0304", "gateway-loop", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/",
    "istio/istio#7077"};

bool leads_back(const Context& in, const mesh::GatewayView& gateway,
                const mesh::RouteTarget& target) {
  const auto& behind = in.gateways().behind(target.host);
  return std::find(behind.begin(), behind.end(), &gateway) != behind.end();
}

// Whether nothing is left at the gateway for the rules behind it: istiod, too, stops there.
// Source: istio/istio pilot/pkg/networking/core/route/route.go (BuildHTTPRoutesForVirtualService).
bool takes_all(Servers& servers, const Binding& binding, const mesh::RouteMatch* match) {
  if (match == nullptr) return true;
  constexpr std::string_view kOfPlaces[] = {"gateways", "name", "port"};
  const bool by_place_alone =
      match->node != nullptr &&
      std::all_of(match->node->entries.begin(), match->node->entries.end(), [&](const auto& entry) {
        return std::find(std::begin(kOfPlaces), std::end(kOfPlaces), entry.key.scalar) !=
               std::end(kOfPlaces);
      });
  return by_place_alone && servers.of(binding, match).size() == servers.of(binding, nullptr).size();
}

void report(const Binding& binding, const mesh::Route& route, const mesh::RouteMatch* match,
            const mesh::RouteTarget& target, Diagnostics& out) {
  const bool meant_for_sidecars =
      !mesh::is_converted(*binding.service->resource) &&
      (match == nullptr || match->gateways == nullptr || (*match->gateways)->empty());
  auto finding = out.report(
      kId, match != nullptr ? match->range : route.range,
      "at gateway \"{}\" this rule sends connections to \"{}\", which is the gateway itself",
      binding.gateway->written_name, target.host);
  finding.related(target.range, "where it sends them")
      .related(binding.gateway->resource->metadata.name.range, "the Gateway is here")
      .help(meant_for_sidecars
                ? "add \"gateways: [mesh]\" to the match, so that the rule is for sidecars alone"
                : "let the gateway's rule lead to the host itself");
  if (!meant_for_sidecars || match == nullptr || match->node == nullptr ||
      !binding.service->binds("mesh"))
    return;
  if (const auto edit = yaml::insert_entry(*match->node, "gateways", "[mesh]"))
    finding.fix({.title = "make it a rule for sidecars", .safe = false, .edits = {*edit}});
}

// An endpoint of the host's ServiceEntry that is the gateway's own Service, of the entry that the
// gateway takes: it is meant for clients, who see another one.
void check_endpoints(const Context& in, const mesh::GatewayView& gateway,
                     const mesh::RouteTarget& target, std::unordered_set<const void*>& told,
                     Diagnostics& out) {
  // A subset may leave the endpoint out.
  if (!target.destination->subset->empty()) return;
  for (const std::string_view place : gateway.namespaces) {
    const mesh::Service* service = in.mesh().registry().find(target.host, place);
    if (service == nullptr || service->entry == nullptr) continue;
    for (const auto& endpoint : *service->entry->endpoints) {
      const auto& behind = in.gateways().behind(*endpoint->address);
      if (std::find(behind.begin(), behind.end(), &gateway) == behind.end() ||
          !told.insert(&*endpoint).second)
        continue;
      out.report(kId, endpoint->address.range,
                 "gateway \"{}\" takes this endpoint for \"{}\", which is the gateway itself",
                 gateway.written_name, target.host)
          .related(target.range, "where the gateway sends to the host")
          .related(gateway.resource->metadata.name.range, "the Gateway is here")
          .help(fmt::format("export the entry to the clients' namespaces alone, and write one for "
                            "namespace \"{}\" without the endpoint",
                            place));
    }
  }
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const mesh::Route*> told;
  std::unordered_set<const void*> told_endpoints;
  Servers servers;
  for (const Binding& binding : bindings(in)) {
    std::set<mesh::RouteKind> all_taken;
    for (const mesh::Route& route : binding.service->routes)
      for (const mesh::RouteMatch* match : matches_of(route)) {
        if (all_taken.contains(route.kind) || !is_used(servers, binding, route, match)) continue;
        if (takes_all(servers, binding, match)) all_taken.insert(route.kind);
        for (const mesh::RouteTarget& target : route.targets)
          check_endpoints(in, *binding.gateway, target, told_endpoints, out);
        const auto target = std::find_if(
            route.targets.begin(), route.targets.end(),
            [&](const auto& candidate) { return leads_back(in, *binding.gateway, candidate); });
        if (target != route.targets.end() && told.insert(&route).second)
          report(binding, route, match, *target, out);
      }
  }
}

}  // namespace

const Rule kGatewayLoop{
    .info = {.id = kId,
             .summary = "a rule that sends a gateway's connections to the gateway itself",
             .why = "The gateway connects to itself until a limit is reached: `503 UF`, the same "
                    "line over and over in its access log, and a core at 100 %.",
             .mend = "Give the rule that leads to the gateway `gateways: [mesh]`, and the "
                     "gateway's own rule the external host as its destination.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
