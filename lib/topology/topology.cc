#include "lib/topology/topology.h"

#include <algorithm>
#include <set>

#include "lib/topology/clusters.h"
#include "lib/topology/gateway_listeners.h"
#include "lib/topology/gateway_routes.h"
#include "lib/topology/inbound_listener.h"
#include "lib/topology/outbound_listeners.h"
#include "lib/topology/patch_clusters.h"
#include "lib/topology/patch_listeners.h"
#include "lib/topology/patch_routes.h"
#include "lib/topology/sidecar_routes.h"
#include "lib/topology/snapshot.h"

namespace egressctl::topology {
namespace {

using resource::PatchContext;

template <typename T>
void add_all(std::vector<T>& out, std::vector<T> more) {
  std::move(more.begin(), more.end(), std::back_inserter(out));
}

// Envoy takes the first of several clusters with one name.
void sort_by_name(std::vector<Cluster>& clusters) {
  const auto less = [](const Cluster& a, const Cluster& b) { return a.name < b.name; };
  std::stable_sort(clusters.begin(), clusters.end(), less);
  clusters.erase(std::unique(clusters.begin(), clusters.end(),
                             [](const Cluster& a, const Cluster& b) { return a.name == b.name; }),
                 clusters.end());
}

// The names of the route configurations that listeners ask for, each once, in their order.
std::vector<std::string> route_names(const std::vector<Listener>& listeners) {
  std::vector<std::string> out;
  std::set<std::string_view> seen;
  const auto add = [&](const FilterChain& chain) {
    const Target& target = chain.target();
    const std::string& name = target.route_config;
    if (!name.empty() && !target.inline_routes && seen.insert(name).second) out.push_back(name);
  };
  for (const Listener& listener : listeners) {
    for (const FilterChain& chain : listener.filter_chains) add(chain);
    if (listener.default_filter_chain) add(*listener.default_filter_chain);
  }
  return out;
}

ServerPorts server_ports(const MergedGateway& merged) {
  ServerPorts out;
  for (const auto& [name, ports] : merged.ports_by_route)
    out[parse_gateway_route_name(name).port].insert(ports.begin(), ports.end());
  return out;
}

Topology of_gateway(const View& view, const std::vector<Patch>& patches) {
  Topology out;
  const MergedGateway merged = merge_gateways(view);
  out.listeners = gateway_listeners(view, merged);
  patch_listeners(patches, PatchContext::Gateway, true, out.listeners);
  const ServerPorts ports = server_ports(merged);
  for (const std::string& name : route_names(out.listeners)) {
    out.routes.push_back(gateway_routes(view, merged, name));
    patch_routes(patches, PatchContext::Gateway, ports, out.routes.back());
  }
  if (merged.auto_passthrough) add_all(out.clusters, sni_clusters(view));
  add_all(out.clusters, service_clusters(view));
  add_all(out.clusters, fixed_clusters(view));
  patch_clusters(patches, PatchContext::Gateway, out.clusters);
  return out;
}

Topology of_sidecar(const View& view, const std::vector<Patch>& patches) {
  Topology out;
  out.listeners = outbound_listeners(view);
  patch_listeners(patches, PatchContext::SidecarOutbound, true, out.listeners);
  std::vector<Listener> rest;
  if (auto proxy = http_proxy(view)) rest.push_back(*std::move(proxy));
  rest.push_back(virtual_outbound(view));
  patch_listeners(patches, PatchContext::SidecarOutbound, false, rest);
  add_all(out.listeners, std::move(rest));
  std::vector<Listener> inbound = {virtual_inbound(view)};
  patch_listeners(patches, PatchContext::SidecarInbound, true, inbound);
  add_all(out.listeners, std::move(inbound));
  for (const std::string& name : route_names(out.listeners)) {
    out.routes.push_back(sidecar_routes(view, name));
    patch_routes(patches, PatchContext::SidecarOutbound, {}, out.routes.back());
  }
  add_all(out.clusters, service_clusters(view));
  add_all(out.clusters, fixed_clusters(view));
  patch_clusters(patches, PatchContext::SidecarOutbound, out.clusters);
  std::vector<Cluster> added;
  patch_clusters(patches, PatchContext::SidecarInbound, added);
  add_all(out.clusters, std::move(added));
  return out;
}

}  // namespace

Computer::Computer(const mesh::Mesh& mesh) : snapshot_(std::make_unique<const Snapshot>(mesh)) {}

Computer::~Computer() = default;

Topology Computer::compute(const Proxy& proxy) const {
  const View view{*snapshot_, proxy, snapshot_->scope_of(proxy)};
  const std::vector<Patch> patches = snapshot_->patches.of_proxy(proxy);
  Topology out = view.is_router() ? of_gateway(view, patches) : of_sidecar(view, patches);
  out.proxy = proxy;
  out.settings = snapshot_->mesh.settings();
  out.logging = snapshot_->logging.of_proxy(proxy);
  sort_by_name(out.clusters);
  return out;
}

Topology compute(const mesh::Mesh& mesh, const Proxy& proxy) {
  return Computer(mesh).compute(proxy);
}

}  // namespace egressctl::topology
