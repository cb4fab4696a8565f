#include "lib/lint/rules/envoy_filters/selected_pods.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "lib/mesh/workload.h"

namespace egressctl::lint::rules {
namespace {

// Whether the labels pick all pods of a Gateway that has none in the set, and few others.
bool is_meant(const mesh::GatewayView& view, const resource::TextMap& labels) {
  if (!view.pods.empty() || view.gateway->selector->empty()) return false;
  return mesh::is_selected(view.gateway->selector, labels) ||
         std::any_of(view.services.begin(), view.services.end(), [&](const auto* service) {
           return mesh::is_selected(labels, service->kubernetes->selector);
         });
}

// The gateways by the labels that select them: many EnvoyFilters have the same.
class MeantGateways {
 public:
  explicit MeantGateways(const Context& in) {
    for (const resource::Resource* filter : in.mesh().all(resource::Kind::EnvoyFilter)) {
      const auto [entry, added] = by_key_.try_emplace(selector_key(*filter));
      const auto& labels = filter->as<resource::EnvoyFilter>()->workload_selector->labels;
      if (!added || labels->empty() || !selected_pods(in, *filter, true).empty()) continue;
      for (const mesh::GatewayView& view : in.gateways().all())
        if (is_meant(view, labels)) entry->second.push_back(&view);
    }
  }

  [[nodiscard]] const std::vector<const mesh::GatewayView*>& of(
      const resource::Resource& filter) const {
    return by_key_.at(selector_key(filter));
  }

 private:
  std::unordered_map<std::string, std::vector<const mesh::GatewayView*>> by_key_;
};

}  // namespace

std::string selector_key(const resource::Resource& filter) {
  return mesh::selector_key(filter.as<resource::EnvoyFilter>()->workload_selector->labels);
}

std::vector<const mesh::Workload*> selected_pods(const Context& in,
                                                 const resource::Resource& filter,
                                                 bool everywhere) {
  const auto& selector = filter.as<resource::EnvoyFilter>()->workload_selector;
  if (!selector.present() || selector->labels->empty()) return {};
  const std::string_view name_space = in.mesh().namespace_of(filter);
  const bool root = name_space == in.mesh().settings().root_namespace;
  return in.mesh().workloads().select(everywhere || root ? "" : name_space, selector->labels);
}

const std::vector<const mesh::GatewayView*>& meant_gateways(const Context& in,
                                                            const resource::Resource& filter) {
  return in.shared<MeantGateways>().of(filter);
}

bool reaches(const Context& in, const resource::Resource& filter, const mesh::GatewayView& view) {
  const std::string_view own = in.mesh().namespace_of(filter);
  return view.namespaces.empty() || own == in.mesh().settings().root_namespace ||
         std::find(view.namespaces.begin(), view.namespaces.end(), own) != view.namespaces.end();
}

bool runs_gateway(const Context& in, const mesh::Workload& pod) {
  return pod.is_gateway_proxy() || !in.gateways().at(pod).empty();
}

}  // namespace egressctl::lint::rules
