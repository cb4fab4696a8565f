#include "lib/lint/rules/envoy_filters/selected_pods.h"

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

bool runs_gateway(const Context& in, const mesh::Workload& pod) {
  return pod.is_gateway_proxy() || !in.gateways().at(pod).empty();
}

}  // namespace egressctl::lint::rules
