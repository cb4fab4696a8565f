#include "lib/topology/snapshot.h"

#include <fmt/format.h>

namespace egressctl::topology {

Snapshot::Snapshot(const mesh::Mesh& source)
    : mesh(source),
      services(source),
      endpoints(source, services),
      rules(source),
      routes(source),
      peers(source),
      policies(source),
      patches(source),
      sidecars(source),
      logging(source) {}

const SidecarScope& Snapshot::scope_of(const Proxy& proxy) const {
  const bool router = proxy.type == ProxyType::Router;
  const resource::Resource* sidecar = router ? nullptr : sidecars.find(proxy);
  const Key key{proxy.name_space, router ? static_cast<const void*>(this) : sidecar};
  const std::lock_guard lock(mutex_);
  const auto [found, added] = scopes_.try_emplace(key);
  if (!added) return *found->second;
  found->second = std::make_unique<SidecarScope>();
  const ScopeSources sources{mesh, services, routes, rules};
  if (router) {
    fill_gateway_scope(*found->second, sources, found->first.first);
  } else {
    fill_sidecar_scope(*found->second, sources, found->first.first, sidecar);
  }
  return *found->second;
}

std::string cluster_name(std::string_view subset, std::string_view host, std::int64_t port) {
  return fmt::format("outbound|{}|{}|{}", port, subset, host);
}

std::string mutual_tls_name(std::string_view subset, std::string_view host, std::int64_t port) {
  return fmt::format("outbound_.{}_.{}_.{}", port, subset, host);
}

std::string destination_cluster(const RouteTarget& target, const Service* service,
                                std::int64_t listener_port) {
  if (target.host.empty()) return "UnknownService";
  std::string_view host = target.host;
  if (service != nullptr && !service->external_name().empty()) host = service->external_name();
  std::int64_t port = listener_port;
  if (target.port) {
    port = *target.port;
  } else if (service != nullptr && service->ports.size() == 1) {
    port = service->ports.front()->number;
  }
  return cluster_name(target.subset, host, port);
}

}  // namespace egressctl::topology
