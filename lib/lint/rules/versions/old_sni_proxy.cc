// EGR0704 old-sni-proxy
#include <algorithm>
#include <array>

#include "lib/lint/context.h"
#include "lib/lint/rules/versions/versions.h"
#include "lib/yaml/node.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0704", "old-sni-proxy", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio.io#14126", "istio/istio.io#6217",
                                            "istio/istio#19188",
                                            "https://istio.io/latest/blog/2023/egress-sni/"};

// What the recipe calls its gateway, and the container in it.
constexpr std::string_view kLabel = "egressgateway-with-sni-proxy";
constexpr std::string_view kContainer = "sni-proxy";

// The filters that it needs in the gateway; Istio's proxy has neither any more.
constexpr std::array<std::string_view, 2> kFilters = {"forward_downstream_sni", "sni_verifier"};

bool names_filter(const yaml::Node& node) {
  const auto is_one = [&](std::string_view filter) {
    return node.scalar.find(filter) != std::string_view::npos;
  };
  return std::any_of(kFilters.begin(), kFilters.end(), is_one) ||
         std::any_of(node.items.begin(), node.items.end(), names_filter) ||
         std::any_of(node.entries.begin(), node.entries.end(),
                     [](const yaml::Entry& entry) { return names_filter(entry.value); });
}

// The first EnvoyFilter that puts one of the filters in, or nullptr.
const resource::Resource* old_filter(const mesh::Mesh& mesh) {
  const auto& all = mesh.all(resource::Kind::EnvoyFilter);
  const auto found = std::find_if(all.begin(), all.end(), [](const resource::Resource* filter) {
    const auto& patches = filter->as<resource::EnvoyFilter>()->config_patches;
    return patches.node != nullptr && names_filter(*patches.node);
  });
  return found != all.end() ? *found : nullptr;
}

Diagnostics::Builder report(SourceRange range, Diagnostics& out) {
  return out
      .report(kId, range,
              "this is the SNI proxy of Istio's documentation up to 1.13; the filters that told it "
              "the name, and checked it, are gone")
      .help("forward by SNI in the gateway itself: an internal listener with a list of names");
}

const resource::Text* old_label(const resource::TextMap& labels) {
  const resource::Text* label = labels->find("istio");
  return label != nullptr && **label == kLabel ? label : nullptr;
}

// The gateway of that label among the components of an IstioOperator.
const yaml::Node* old_component(const resource::IstioOperator& install) {
  if (install.components.node == nullptr) return nullptr;
  const yaml::Node* gateways = install.components.node->find("egressGateways");
  if (gateways == nullptr) return nullptr;
  constexpr std::array<std::string_view, 2> kPath{"label", "istio"};
  for (const yaml::Node& gateway : gateways->items)
    if (const yaml::Node* label = gateway.path(kPath))
      if (label->scalar == kLabel) return label;
  return nullptr;
}

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  const resource::Resource* filter = old_filter(mesh);
  for (const mesh::Workload& pod : mesh.workloads().all()) {
    if (pod.labels != nullptr)
      if (const resource::Text* label = old_label(*pod.labels)) {
        report(label->range, out);
        continue;
      }
    // A container of that name alone may be anyone's.
    if (filter == nullptr || pod.spec == nullptr) continue;
    for (const auto& container : *pod.spec->containers)
      if (*container->name == kContainer)
        report(container->name.range, out)
            .related(filter->metadata.name.range, "the EnvoyFilter with those filters");
  }
  for (const resource::Resource* install : mesh.all(resource::Kind::IstioOperator))
    if (const yaml::Node* label = old_component(*install->as<resource::IstioOperator>()))
      report(label->range, out);
}

}  // namespace

const Rule kOldSniProxy{
    .info = {.id = kId,
             .summary = "the SNI proxy of documentation up to Istio 1.13",
             .why = "An nginx beside the gateway forwards by the SNI that it reads. The filters "
                    "that carried the application's SNI to it, and compared it with the one that "
                    "policies saw, are no longer in Istio's proxy: connections are reset, or "
                    "nothing checks the name.",
             .mend =
                 "Use an internal listener with `sni_dynamic_forward_proxy` and a list of names, "
                 "which `egressctl generate` writes for `via: sni-proxy`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
