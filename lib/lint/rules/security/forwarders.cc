#include "lib/lint/rules/security/forwarders.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "lib/envoy/visit.h"

namespace egressctl::lint::rules {
namespace {

using yaml::Node;

constexpr std::string_view kForwarder =
    "envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig";

bool forwards(const Node& chain) {
  const Node* filters = envoy::find_value(chain, "filters");
  return filters != nullptr &&
         std::any_of(filters->items.begin(), filters->items.end(), [](const Node& filter) {
           const Node* config = envoy::find_value(filter, "typed_config");
           return config != nullptr && envoy::type_in_any(*config) == kForwarder;
         });
}

void add_chain(const resource::Resource& filter, std::string_view listener, const Node& chain,
               std::vector<Forwarder>& out) {
  if (!forwards(chain)) return;
  const Node* match = envoy::find_value(chain, "filter_chain_match");
  const yaml::Entry* names = match != nullptr ? envoy::find_field(*match, "server_names") : nullptr;
  out.push_back({&filter, listener, &chain, names});
}

}  // namespace

std::vector<Forwarder> forwarders_in(const resource::Resource& filter) {
  std::vector<Forwarder> out;
  for (const auto& patch : *filter.as<resource::EnvoyFilter>()->config_patches) {
    const Node* value = patch->patch->value.node;
    if (value == nullptr) continue;
    if (*patch->apply_to == resource::ApplyTo::FilterChain) add_chain(filter, {}, *value, out);
    if (*patch->apply_to != resource::ApplyTo::Listener) continue;
    const Node* name = envoy::find_value(*value, "name");
    const std::string_view listener = name != nullptr ? name->scalar : std::string_view();
    if (const Node* chains = envoy::find_value(*value, "filter_chains"))
      for (const Node& chain : chains->items) add_chain(filter, listener, chain, out);
    if (const Node* rest = envoy::find_value(*value, "default_filter_chain"))
      add_chain(filter, listener, *rest, out);
  }
  return out;
}

std::vector<const mesh::Workload*> pods_of(const Context& in, const resource::Resource& filter) {
  const auto& selector = filter.as<resource::EnvoyFilter>()->workload_selector;
  if (!selector.present()) return {};
  return in.mesh().workloads().select(in.mesh().namespace_of(filter), selector->labels);
}

bool leads_to(const topology::Cluster& cluster, std::string_view listener) {
  const std::string address = fmt::format("envoy://{}", listener);
  return std::any_of(cluster.endpoints.begin(), cluster.endpoints.end(),
                     [&](const auto& endpoint) { return endpoint.address == address; });
}

const topology::Topology& GatewayProxies::of(const mesh::Workload& pod) {
  if (!computer_) computer_.emplace(mesh_);
  const auto [known, added] = by_pod_.try_emplace(&pod);
  if (added) known->second = computer_->compute(topology::proxy_of(mesh_, pod));
  return known->second;
}

}  // namespace egressctl::lint::rules
