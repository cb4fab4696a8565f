// EGR0323 past-gateway
#include <algorithm>
#include <string>
#include <unordered_set>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/routing/egress_legs.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/mesh/host.h"
#include "lib/mesh/host_index.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0323", "past-gateway", Severity::Info};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/"
    "#additional-security-considerations",
    "istio/istio#8572"};

// The hosts that something says more of than that they exist.
class Ruled {
 public:
  Ruled(const Context& in, const Hops& hops) : hops_(hops) {
    for (const mesh::VirtualService* service : in.mesh().bound_to("mesh"))
      for (const std::string& host : service->hosts) mesh_.add(host, service);
    for (const Hop& hop : hops.all())
      if (hop.gateway != nullptr) at_gateways_.insert(hop.target->host);
    for (const resource::Resource* route : all_routes(in.mesh()))
      for (const auto& parent : *route->as<resource::KubernetesRoute>()->parent_refs)
        if (is_mesh_parent(*parent)) parents_.insert(*parent->name);
  }

  [[nodiscard]] bool has(const mesh::Service& service) const {
    const auto any = [](const mesh::VirtualService&) { return true; };
    return at_gateways_.contains(service.host) || mesh_.overlapping(service.host, any) != nullptr ||
           parents_.contains(*service.resource->metadata.name) ||
           service.resource->metadata.labels->find("istio.io/use-waypoint") != nullptr ||
           is_for_gateways(service);
  }

 private:
  // Whether only gateways see it.
  [[nodiscard]] bool is_for_gateways(const mesh::Service& service) const {
    const auto& seen = service.visibility.namespaces();
    return !service.visibility.everyone() &&
           std::all_of(seen.begin(), seen.end(), [&](std::string_view name_space) {
             return hops_.is_gateways_only(name_space);
           });
  }

  const Hops& hops_;
  mesh::HostIndex<mesh::VirtualService> mesh_;
  std::unordered_set<std::string_view> at_gateways_;
  std::unordered_set<std::string_view> parents_;
};

// DYNAMIC_DNS works in sidecars alone, so its hosts are meant to leave from there.
bool is_of_internet(const mesh::Service& service) {
  return service.is_external() && *service.entry->resolution != resource::Resolution::DynamicDns &&
         !service.host.ends_with(".local") && !service.host.ends_with(".internal") &&
         service.host.find('.') != std::string::npos;
}

void check(const Context& in, Diagnostics& out) {
  const std::vector<GatewayLeg>& legs = egress_legs(in);
  if (legs.empty()) return;
  const Hops& hops = in.shared<Hops>();
  const Ruled ruled(in, hops);
  const GatewayLeg& sibling = legs.front();
  std::unordered_set<const resource::Resource*> told;
  for (const mesh::Service& service : in.mesh().registry().all())
    if (service.entry != nullptr && is_of_internet(service) && !ruled.has(service) &&
        told.insert(service.resource).second)
      out.report(kId, service.range,
                 "sidecars connect to \"{}\" directly, while other hosts go through gateway "
                 "\"{}\"",
                 service.host, sibling.servers->all().front().gateway->name)
          .related(sibling.target->range, "such as the hosts of this route")
          .help(
              "lead it through the gateway, too, or write the comment or annotation "
              "egressctl/ignore to say that it is meant");
}

}  // namespace

const Rule kPastGateway{
    .info = {.id = kId,
             .summary = "an external host that goes past the gateway which others go through",
             .why = "The gateway is a place to log and to decide only for what passes it. A "
                    "registered host without a route to it leaves from every sidecar directly.",
             .mend = "Write the two halves of its route, or accept the finding where it stands.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
