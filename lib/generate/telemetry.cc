// Access logs of both proxies that a connection passes.
#include <utility>

#include "lib/generate/emitters.h"

namespace egressctl::generate {

void add_telemetry(SetBuilder& set) {
  const spec::Spec& spec = set.spec();
  if (!spec.access_log && set.target() == Target::Manifest) return;
  const Plan& plan = set.plan();
  const ChartScope scope{"$.Values.observe.accessLog"};
  set.add(ApplyOrder::Observe, "Telemetry", "telemetry",
          in_gateway_namespace(plan, spec.gateway.name), {{"selector", gateway_selector(plan)}},
          scope);
  if (plan.clients.empty())
    set.add(ApplyOrder::Observe, "Telemetry", "telemetry",
            {spec.istio.root_namespace, "egress-access-log", "$.Values.istio.rootNamespace"},
            {{"selector", {}}}, scope);
  for (const ClientPlan& client : plan.clients)
    set.add(
        ApplyOrder::Observe, "Telemetry", "telemetry", {client.name_space, "egress-access-log", {}},
        {{"selector", {client.selector.empty() ? yaml::Value() : map_value(client.selector), {}}}},
        scope);
}

}  // namespace egressctl::generate
