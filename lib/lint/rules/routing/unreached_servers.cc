#include "lib/lint/rules/routing/unreached_servers.h"

#include <string>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

// The ports of a Service that only routes know of are those that they name.
bool is_reached(const mesh::GatewayView& gateway, std::int64_t port) {
  return gateway.has_service_port(port) || !gateway.presumed.empty();
}

mesh::HostIndex<mesh::VirtualService> routed_at(const mesh::GatewayView& gateway) {
  mesh::HostIndex<mesh::VirtualService> out;
  for (const mesh::VirtualService* service : gateway.bound)
    for (const std::string& host : service->hosts) out.add(host, service);
  return out;
}

}  // namespace

UnreachedServers::UnreachedServers(const Context& in) {
  for (const mesh::GatewayView& gateway : in.gateways().all()) {
    if (gateway.bound.empty()) continue;
    const Routed* routed = nullptr;
    for (const auto& server : *gateway.gateway->servers) {
      if (is_reached(gateway, *server->port->number)) continue;
      if (routed == nullptr) routed = &routed_.emplace_back(routed_at(gateway));
      for (const resource::Text& host : *server->hosts)
        by_host_[host_part(*host)].push_back(routed);
    }
  }
}

bool UnreachedServers::take(std::string_view host) const {
  if (by_host_.empty()) return false;
  const auto any = [](const mesh::VirtualService&) { return true; };
  for (const std::string& pattern : mesh::covering_patterns(host)) {
    const auto found = by_host_.find(pattern);
    if (found == by_host_.end()) continue;
    for (const Routed* routed : found->second)
      if (routed->overlapping(host, any) != nullptr) return true;
  }
  return false;
}

}  // namespace egressctl::lint::rules
