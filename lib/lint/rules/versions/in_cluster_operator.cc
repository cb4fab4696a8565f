// EGR0705 in-cluster-operator
#include <algorithm>

#include "lib/lint/context.h"
#include "lib/lint/rules/versions/versions.h"
#include "lib/yaml/node.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0705", "in-cluster-operator", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/blog/2024/in-cluster-operator-deprecation-announcement/",
    "istio/istio#45854", "istio/istio#23133"};

// The release that no longer has the operator.
constexpr IstioVersion kRemoved{24};

// Whether the pods run the operator: "docker.io/istio/operator:1.20.0".
const resource::Text* operator_image(const mesh::Workload& pod) {
  if (pod.spec == nullptr) return nullptr;
  for (const auto& container : *pod.spec->containers) {
    std::string_view image = *container->image;
    if (const std::size_t slash = image.rfind('/'); slash != std::string_view::npos) {
      const std::string_view repository = image.substr(0, slash);
      image = image.substr(slash + 1);
      const bool own =
          image == "operator" || image.starts_with("operator:") || image.starts_with("operator@");
      if (own && repository.find("istio") != std::string_view::npos) return &container->image;
    }
  }
  return nullptr;
}

const yaml::Entry* egress_gateways(const resource::IstioOperator& install) {
  return install.components.node != nullptr ? install.components.node->find_entry("egressGateways")
                                            : nullptr;
}

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  if (mesh.settings().istio_version && *mesh.settings().istio_version < kRemoved) return;
  const auto& pods = mesh.workloads().all();
  const auto pod = std::find_if(pods.begin(), pods.end(), [](const mesh::Workload& candidate) {
    return operator_image(candidate) != nullptr;
  });
  // Without the operator the file may be for `istioctl install`, which still takes it.
  if (pod == pods.end()) return;
  for (const resource::Resource* resource : mesh.all(resource::Kind::IstioOperator)) {
    const yaml::Entry* gateways = egress_gateways(*resource->as<resource::IstioOperator>());
    if (gateways == nullptr) continue;
    out.report(kId, gateways->key.range,
               "the operator that makes these gateways from the cluster is gone since Istio {}",
               to_string(kRemoved))
        .related(operator_image(*pod)->range, "the operator")
        .help("install the gateway with its Helm chart, or apply the file with istioctl install");
  }
}

}  // namespace

const Rule kInClusterOperator{
    .info = {.id = kId,
             .summary = "egress gateways that an operator in the cluster is to make",
             .why = "Istio 1.24 dropped the operator that acted on IstioOperator resources of the "
                    "cluster. Its gateways are neither upgraded nor mended, and a new cluster does "
                    "not get them.",
             .mend = "Install the gateway with the Helm chart `gateway`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
