#include "lib/generate/helm_chart.h"

#include <cassert>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/base/text.h"
#include "lib/generate/plan.h"
#include "lib/generate/set_builder.h"
#include "lib/yaml/emit.h"

namespace egressctl::generate {
namespace {

constexpr std::string_view kHelpers =
    "{{/* The name under which sidecars know the gateway's Service. */}}\n"
    "{{- define \"egress.gatewayHost\" -}}\n"
    "{{ printf \"%s.%s.svc.%s\" .Values.gateway.name .Values.gateway.namespace "
    ".Values.istio.clusterDomain }}\n"
    "{{- end -}}\n";

OutputFile chart_file(const spec::Spec& spec) {
  return {"Chart.yaml", fmt::format("apiVersion: v2\n"
                                    "name: {}\n"
                                    "description: Egress through an Istio gateway\n"
                                    "type: application\n"
                                    "version: 0.1.0\n"
                                    "# The release of Istio that the manifests are made for.\n"
                                    "appVersion: \"{}\"\n",
                                    yaml::emit_string(spec.name), to_string(*spec.istio.version))};
}

std::string destinations_block(const Plan& plan) {
  std::string text;
  for (const DestinationPlan& destination : plan.destinations)
    text += fmt::format("  {}: {{enabled: true}}\n", yaml::emit_string(destination.id));
  return text;
}

OutputFile values_file(const spec::Spec& spec) {
  const Plan plan = make_plan(spec);
  const spec::Gateway& gateway = spec.gateway;
  const auto text = [](const std::string& value) { return yaml::emit_string(value); };
  return {"values.yaml",
          fmt::format(
              "# What may change without generating again. Clients, hosts and how they are\n"
              "# reached are the spec's: change them there.\n"
              "istio:\n"
              "  rootNamespace: {}\n"
              "  clusterDomain: {}\n"
              "gateway:\n"
              "  namespace: {}\n"
              "  # The Service of the gateway. Created objects keep the spec's name.\n"
              "  name: {}\n"
              "  selector: {}\n"
              "  # Namespace, Service, Deployment, ServiceAccount and what scales them.\n"
              "  create: {}\n"
              "  replicas: {{min: {}, max: {}}}\n"
              "  resources:\n"
              "    requests: {{cpu: {}, memory: {}}}\n"
              "    limits: {{cpu: {}, memory: {}}}\n"
              "policy:\n"
              "  # REGISTRY_ONLY or ALLOW_ANY: what sidecars do with hosts that nothing lists.\n"
              "  outbound: {}\n"
              "  networkPolicy: {}\n"
              "  authorize: {}\n"
              "observe:\n"
              "  accessLog: {}\n"
              "destinations:\n{}",
              text(spec.istio.root_namespace), text(spec.istio.cluster_domain),
              text(gateway.name_space), text(gateway.name),
              yaml::emit_flow(map_value(gateway.selector)), gateway.create, gateway.min_replicas,
              gateway.max_replicas, text(gateway.cpu_request), text(gateway.memory_request),
              text(gateway.cpu_limit), text(gateway.memory_limit),
              spec::to_string(*spec.policy.outbound), *spec.policy.network_policy,
              spec.policy.authorize, spec.access_log, destinations_block(plan))};
}

}  // namespace

std::string set_name(std::span<const spec::Spec> specs) {
  std::string name;
  for (const spec::Spec& spec : specs) name += (name.empty() ? "" : "-") + spec.name;
  return to_dns_label(name);
}

std::vector<OutputFile> helm_chart(std::span<const Manifest> manifests,
                                   std::span<const spec::Spec> specs) {
  assert(specs.size() == 1);
  std::vector<OutputFile> files{chart_file(specs[0]),
                                values_file(specs[0]),
                                {"templates/_helpers.tpl", std::string(kHelpers)}};
  for (const Manifest& manifest : manifests) {
    const std::string folder = manifest.name_space.empty() ? "cluster" : manifest.name_space;
    files.push_back(
        {fmt::format("templates/{}/{}-{}.yaml", folder, to_lower(manifest.kind), manifest.name),
         manifest.helm_begin + manifest.text + manifest.helm_end});
  }
  return files;
}

}  // namespace egressctl::generate
