// EGR0220 headless-gateway
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/references.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0220", "headless-gateway", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/"
    "#headless-services"};

// Source: istio/istio pilot/pkg/serviceregistry/kube/conversion.go (ConvertService: Passthrough),
// pilot/pkg/networking/core/cluster.go (convertResolution).
void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const mesh::Service*> told;
  for (const mesh::VirtualService* service : in.mesh().bound_to("mesh"))
    for (const mesh::Route& route : service->routes) {
      if (!mesh::applies_at(*service, route, "mesh")) continue;
      for (const mesh::RouteTarget& target : route.targets) {
        if (in.gateways().behind(target.host).empty()) continue;
        for (const mesh::Service* front : in.mesh().registry().named(target.host)) {
          if (front->kubernetes == nullptr || *front->kubernetes->cluster_ip != "None" ||
              !told.insert(front).second)
            continue;
          out.report(kId, front->kubernetes->cluster_ip.range,
                     "the gateway's Service \"{}\" is headless: sidecars connect to the address "
                     "that the client asked for, past the gateway",
                     front->host)
              .related(target.range, "the route to the gateway")
              .help(
                  "give the Service an address of its own: leave clusterIP out, and make it anew");
        }
      }
    }
}

}  // namespace

const Rule kHeadlessGateway{
    .info = {.id = kId,
             .summary = "a gateway behind a headless Service",
             .why = "The cluster of a Service without an address has type ORIGINAL_DST in "
                    "sidecars: what a route leads there is sent to the original destination, "
                    "which is the external server.",
             .mend = "Give the gateway a Service with a `clusterIP`.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
