#include "lib/lint/rules/envoy_filters/selected_pods.h"

#include <algorithm>

#include "lib/mesh/workload.h"

namespace egressctl::lint::rules {

std::vector<const mesh::Workload*> selected_pods(const Context& in,
                                                 const resource::Resource& filter,
                                                 bool everywhere) {
  const auto& selector = filter.as<resource::EnvoyFilter>()->workload_selector;
  if (!selector.present() || selector->labels->empty()) return {};
  const std::string_view name_space = in.mesh().namespace_of(filter);
  const bool root = name_space == in.mesh().settings().root_namespace;
  return in.mesh().workloads().select(everywhere || root ? "" : name_space, selector->labels);
}

std::vector<const mesh::GatewayView*> meant_gateways(const Context& in,
                                                     const resource::Resource& filter) {
  const auto& selector = filter.as<resource::EnvoyFilter>()->workload_selector;
  std::vector<const mesh::GatewayView*> out;
  if (!selector.present() || selector->labels->empty() || !selected_pods(in, filter, true).empty())
    return out;
  for (const mesh::GatewayView& view : in.gateways().all()) {
    const auto& labels = view.gateway->selector;
    if (!view.pods.empty() || labels->empty()) continue;
    if (mesh::is_selected(labels, selector->labels) ||
        std::any_of(view.services.begin(), view.services.end(), [&](const auto* service) {
          return mesh::is_selected(selector->labels, service->kubernetes->selector);
        }))
      out.push_back(&view);
  }
  return out;
}

bool reaches(const Context& in, const resource::Resource& filter, const mesh::GatewayView& view) {
  const std::string_view own = in.mesh().namespace_of(filter);
  return view.namespaces.empty() || own == in.mesh().settings().root_namespace ||
         std::find(view.namespaces.begin(), view.namespaces.end(), own) != view.namespaces.end();
}

std::vector<const mesh::GatewayView*> patched_gateways(const Context& in,
                                                       const resource::Resource& filter) {
  std::vector<const mesh::GatewayView*> out;
  for (const mesh::Workload* pod : selected_pods(in, filter))
    for (const mesh::GatewayView* view : in.gateways().at(*pod)) out.push_back(view);
  for (const mesh::GatewayView* view : meant_gateways(in, filter))
    if (reaches(in, filter, *view)) out.push_back(view);
  return out;
}

bool runs_gateway(const Context& in, const mesh::Workload& pod) {
  return pod.is_gateway_proxy() || !in.gateways().at(pod).empty();
}

}  // namespace egressctl::lint::rules
