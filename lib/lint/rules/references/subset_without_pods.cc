// EGR0217 subset-without-pods
#include <algorithm>
#include <string>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/labels.h"
#include "lib/lint/rules/references/references.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0217", "subset-without-pods", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset",
    "https://istio.io/latest/docs/reference/config/analysis/ist0173/"};

using mesh::Service;
using resource::TextMap;

// istiod gives endpoints labels of the node and of the locality beside the pod's own.
bool has_labels_of_place(const TextMap& labels) {
  return std::any_of(labels->begin(), labels->end(), [](const auto& label) {
    return label.name.find("kubernetes.io/") != std::string::npos ||
           label.name.find("istio.io/") != std::string::npos;
  });
}

// Whether endpoints of the service are known, and none of them has the labels.
bool selects_nothing(const mesh::Mesh& mesh, const Service& service, const TextMap& labels) {
  if (service.kubernetes != nullptr) {
    const TextMap& selector = service.kubernetes->selector;
    if (selector->empty()) return false;
    const auto pods = mesh.workloads().select(service.name_space, selector);
    return !pods.empty() && std::none_of(pods.begin(), pods.end(), [&](const auto* pod) {
      return mesh::is_selected(labels, *pod->labels);
    });
  }
  const resource::ServiceEntry& entry = *service.entry;
  // Without resolution a connection goes where the client dialled, whatever the labels.
  if (*entry.resolution == resource::Resolution::None ||
      *entry.resolution == resource::Resolution::DynamicDns || entry.workload_selector.present())
    return false;
  return std::none_of(entry.endpoints->begin(), entry.endpoints->end(), [&](const auto& endpoint) {
    return mesh::is_selected(labels, endpoint->labels);
  });
}

void check_subset(const mesh::Mesh& mesh, const mesh::Rule& rule, const resource::Subset& subset,
                  Diagnostics& out) {
  if (subset.labels->empty() || has_labels_of_place(subset.labels)) return;
  const auto& services = mesh.registry().named(rule.host);
  if (services.empty() ||
      !std::all_of(services.begin(), services.end(), [&](const Service* service) {
        return selects_nothing(mesh, *service, subset.labels);
      }))
    return;
  const Service& service = *services.front();
  const bool entry = service.entry != nullptr;
  out.report(kId, subset.labels.range,
             "no {} of \"{}\" has the labels \"{}\": subset \"{}\" has no endpoint",
             entry ? "endpoint" : "pod", rule.host, to_text(subset.labels), *subset.name)
      .related(service.range, entry ? "the ServiceEntry is here" : "the Service is here")
      .help("take the labels out, and the subset has all endpoints, or copy those of an endpoint")
      .alias("IST0173");
}

void check(const Context& in, Diagnostics& out) {
  // Machines outside of the cluster may stand behind a Service.
  if (!in.mesh().all(resource::Kind::WorkloadEntry).empty()) return;
  for (const mesh::Rule& rule : in.mesh().rules().all())
    for (const auto& subset : *rule.rule->subsets) check_subset(in.mesh(), rule, *subset, out);
}

}  // namespace

const Rule kSubsetWithoutPods{
    .info = {.id = kId,
             .summary = "a subset whose labels no endpoint of the host has",
             .why = "The cluster exists and is empty: requests get 503 with response flag UH. For "
                    "a gateway a subset is often only a name for TLS settings; it needs no labels.",
             .mend = "Take `labels` out of the subset, or copy those of the pods.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
