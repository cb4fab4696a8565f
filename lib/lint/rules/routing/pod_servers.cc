#include "lib/lint/rules/routing/pod_servers.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "lib/topology/order.h"

namespace egressctl::lint::rules {
namespace {

using mesh::GatewayView;

std::string selector_of(const GatewayView& gateway) {
  std::map<std::string_view, std::string_view> labels;
  for (const auto& label : *gateway.gateway->selector) labels[label.name] = *label.entry;
  std::string out;
  for (const auto& [key, value] : labels) out += fmt::format("{}={},", key, value);
  return out;
}

}  // namespace

void for_each_pod(const Context& in,
                  const std::function<void(const std::vector<PodServer>&)>& use) {
  std::unordered_map<const mesh::Workload*, std::vector<PodServer>> by_pod;
  std::map<std::string, std::vector<PodServer>> by_selector;
  for (const resource::Resource* resource : topology::by_age(in.mesh(), resource::Kind::Gateway)) {
    const GatewayView* gateway = in.gateways().find(in.mesh().qualified_name(*resource));
    if (gateway == nullptr || gateway->resource != resource) continue;
    for (const Server& server : *gateway->gateway->servers) {
      const PodServer one{gateway, &server, gateway->pod_port(*server->port->number)};
      for (const mesh::Workload* pod : gateway->pods) by_pod[pod].push_back(one);
      if (gateway->pods.empty() && !gateway->gateway->selector->empty())
        by_selector[selector_of(*gateway)].push_back(one);
    }
  }
  for (const mesh::Workload& pod : in.mesh().workloads().all())
    if (const auto servers = by_pod.find(&pod); servers != by_pod.end()) use(servers->second);
  for (const auto& [selector, servers] : by_selector) use(servers);
}

bool is_before(const PodServer& first, const PodServer& second) {
  if (first.gateway == second.gateway) return true;
  const resource::Text& a = first.gateway->resource->metadata.creation_timestamp;
  const resource::Text& b = second.gateway->resource->metadata.creation_timestamp;
  return !a->empty() && !b->empty() && *a != *b;
}

bool has_routes(const PodServer& server) {
  return std::any_of(server.gateway->bound.begin(), server.gateway->bound.end(),
                     [&](const mesh::VirtualService* service) {
                       return takes(*server.gateway, **server.server, *service);
                     });
}

}  // namespace egressctl::lint::rules
