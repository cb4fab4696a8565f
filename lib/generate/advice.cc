#include "lib/generate/advice.h"

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/generate/generate.h"

namespace egressctl::generate {
namespace {

using spec::Via;

// For every namespace, the mesh-wide setting is the better place.
void advise_mesh_config(const Plan& plan, Diagnostics& diagnostics) {
  const spec::Spec& spec = *plan.spec;
  if (!plan.clients.empty() || *spec.policy.outbound != spec::Outbound::RegistryOnly) return;
  diagnostics
      .report(kMeshConfigAdvice, spec.clients_range,
              "the Sidecar in \"{}\" does not reach namespaces that have a Sidecar of their own",
              spec.istio.root_namespace)
      .help("set meshConfig.outboundTrafficPolicy.mode to REGISTRY_ONLY, or name the clients");
}

void warn_of_open_proxy(const Plan& plan, Diagnostics& diagnostics) {
  if (*plan.spec->policy.network_policy) return;
  for (const DestinationPlan& destination : plan.destinations) {
    if (*destination.destination->via != Via::SniProxy) continue;
    diagnostics
        .report(kUnguardedSniProxy, destination.destination->name.range,
                "the SNI proxy of \"{}\" connects to whatever a name resolves to, addresses inside "
                "the cluster included",
                *destination.destination->name)
        .related(plan.spec->policy.network_policy.range, "networkPolicy is off here")
        .help(
            "set policy.networkPolicy to true: the gateway's NetworkPolicy lets it reach the "
            "internet alone");
  }
}

void tell_ports(const Plan& plan, Diagnostics& diagnostics) {
  const spec::Spec& spec = *plan.spec;
  if (spec.gateway.create) return;
  for (const GatewayPort& port : plan.gateway_ports) {
    if (port.service == spec.gateway.port) continue;
    diagnostics
        .report(kGatewayPortNeeded, spec.policy.inner_sni.range,
                "innerSni \"strict\" needs port {} with targetPort {} at Service \"{}\", which "
                "this spec does not create",
                port.service, port.target, spec.gateway.name)
        .help(
            "add the port to the Service, or use innerSni: allow-list, which needs port 443 "
            "alone");
  }
}

void report_hidden(const Plan& plan, Diagnostics& diagnostics) {
  for (const HiddenWildcard& hidden : plan.hidden)
    diagnostics
        .report(kDirectWildcardHidden, hidden.destination->resolution.range,
                "\"{}\" overlaps another host of the spec, where dynamic-dns does not work",
                hidden.host)
        .related(hidden.destination->name.range, "in this destination")
        .help("use resolution: none, which keeps the address that the client dialled");
}

}  // namespace

void give_advice(const Plan& plan, Diagnostics& diagnostics) {
  advise_mesh_config(plan, diagnostics);
  warn_of_open_proxy(plan, diagnostics);
  tell_ports(plan, diagnostics);
  report_hidden(plan, diagnostics);
}

}  // namespace egressctl::generate
