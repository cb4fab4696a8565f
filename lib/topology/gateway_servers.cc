#include "lib/topology/gateway_servers.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "lib/mesh/gateway_api.h"
#include "lib/topology/order.h"

namespace egressctl::topology {
namespace {

using resource::Protocol;
using resource::ServerTlsMode;

// What a proxy listens on for a Service's port.
struct ServiceTarget {
  const mesh::Service* service = nullptr;
  std::int64_t port = 0;
  std::int64_t target = 0;
};

std::int64_t named_target(const resource::PodSpec& pod, std::string_view name) {
  for (const auto& container : *pod.containers)
    for (const auto& port : *container->ports)
      if (*port->name == name) return *port->container_port;
  for (const auto& container : *pod.init_containers)
    if (*container->restart_policy == "Always")
      for (const auto& port : *container->ports)
        if (*port->name == name) return *port->container_port;
  return 0;
}

// Source: pilot/pkg/serviceregistry/kube/controller (GetProxyServiceTargetsByPod): of two ports
// with one target and one protocol the first alone counts.
std::vector<ServiceTarget> targets_of(const View& view) {
  std::vector<ServiceTarget> out;
  const mesh::Mesh& mesh = view.snapshot.mesh;
  for (const mesh::Service* service : mesh.registry().kubernetes_in(view.proxy.name_space)) {
    const resource::TextMap& selector = service->kubernetes->selector;
    if (selector->empty() || !selects(selector, view.proxy.labels)) continue;
    std::set<std::pair<std::int64_t, Protocol>> seen;
    for (const mesh::ServicePort& port : service->ports) {
      std::int64_t target = port.target;
      if (target == 0 && view.proxy.workload != nullptr && view.proxy.workload->spec != nullptr)
        target = named_target(*view.proxy.workload->spec, port.target_name);
      if (target != 0 && seen.emplace(target, port.protocol).second)
        out.push_back({service, port.number, target});
    }
  }
  return out;
}

// Source: pilot/pkg/model/gateway.go (resolvePorts). A Gateway of the Gateway API refers to ports
// of Services, so that one that none of them has is nowhere: std::nullopt.
std::optional<std::int64_t> pod_port(const std::vector<ServiceTarget>& targets, bool converted,
                                     std::int64_t number) {
  for (const ServiceTarget& target : targets)
    if (target.port == number &&
        (converted || target.service->resource->metadata.labels->find(
                          "experimental.istio.io/disable-gateway-port-translation") == nullptr))
      return target.target;
  return converted ? std::nullopt : std::optional(number);
}

// Source: gateway.go (sanitizeServerHostNamespace).
std::vector<std::string> read_hosts(const resource::Server& server, std::string_view name_space) {
  std::vector<std::string> out;
  for (const resource::Text& host : *server.hosts) {
    const std::string_view text = *host;
    const std::size_t slash = text.find('/');
    const std::string_view owner = text.substr(0, slash);
    const std::string_view name = text.substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (slash != std::string_view::npos && owner == ".") {
      out.push_back(fmt::format("{}/{}", name_space, name));
    } else if (slash == std::string_view::npos || owner != "*") {
      out.emplace_back(text);
    } else if (name == "*") {
      return {"*"};
    } else {
      out.emplace_back(name);
    }
  }
  return out;
}

std::string route_name_of(const GatewayServer& server, std::uint32_t port, const mesh::Mesh& mesh) {
  const resource::Server& spec = server.spec();
  const std::string bind = spec.bind->empty() ? std::string() : "." + *spec.bind;
  if (resource::is_http(server.protocol())) return fmt::format("http.{}{}", port, bind);
  if (server.protocol() != Protocol::Https || server.passes_tls_through()) return {};
  return fmt::format("https.{}.{}.{}.{}{}", *spec.port->number, *spec.port->name,
                     *server.resource->metadata.name, mesh.namespace_of(*server.resource), bind);
}

// The hosts of TLS servers on a port, and where they are bound.
using HostsByPort = std::map<std::uint32_t, std::map<std::string, std::string, std::less<>>>;

bool take_hosts(HostsByPort& known, std::uint32_t port, const GatewayServer& server) {
  auto& taken = known[port];
  const std::string& bind = *server.spec().bind;
  const bool duplicate =
      std::any_of(server.hosts.begin(), server.hosts.end(), [&](const std::string& host) {
        const auto found = taken.find(host);
        return found != taken.end() && found->second == bind;
      });
  if (duplicate) return false;
  for (const std::string& host : server.hosts) taken[host] = bind;
  return true;
}

class Merger {
 public:
  explicit Merger(const View& view)
      : mesh_(view.snapshot.mesh), proxy_(view.proxy), targets_(targets_of(view)) {}

  MergedGateway merge() {
    for (const resource::Resource* resource : by_age(mesh_, resource::Kind::Gateway)) {
      const auto& gateway = *resource->as<resource::Gateway>();
      const std::string_view scope = mesh::gateway_scope(mesh_, *resource);
      if (!scope.empty() && scope != proxy_.name_space) continue;
      if (!selects(gateway.selector, proxy_.labels)) continue;
      for (const auto& server : *gateway.servers) {
        GatewayServer& added = out_.all.emplace_back();
        added.resource = resource;
        added.server = &server;
        added.gateway = mesh_.qualified_name(*resource);
        added.hosts = read_hosts(*server, mesh_.namespace_of(*resource));
        add(added);
      }
    }
    return std::move(out_);
  }

 private:
  using Key = std::tuple<std::uint32_t, std::string, std::string>;  // port, protocol, bind

  void add(GatewayServer& server) {
    const std::string& bind = *server.spec().bind;
    const std::optional<std::int64_t> target =
        pod_port(targets_, mesh::is_converted(*server.resource), *server.spec().port->number);
    if (!target) return;
    const auto number = static_cast<std::uint32_t>(*target);
    server.route_name = route_name_of(server, number, mesh_);
    if (server.has_tls()) {
      if (!take_hosts(tls_hosts_, number, server)) return;
      if (*server.spec().tls->mode == ServerTlsMode::AutoPassthrough) out_.auto_passthrough = true;
    }
    if (ports_seen_.insert(number).second) {
      add_plain(server, number);
      return;
    }
    const auto plain = plain_.find(number);
    if (plain != plain_.end()) {
      join_plain(server, number, *plain->second);
    } else if (!server.is_tls_server()) {
      add_plain(server, number);
    } else {
      join_tls(server, number, bind);
    }
  }

  // The first server of a port, or of an address of it.
  void add_plain(const GatewayServer& server, std::uint32_t number) {
    ServerPort& port = slot(server, number);
    port.servers = {&server};
    port.route_name = server.route_name;
    if (!server.is_tls_server()) plain_[number] = &port;
    if (server.speaks_http()) set_route(server);
  }

  // A port that already has a plain-text server.
  void join_plain(const GatewayServer& server, std::uint32_t number, ServerPort& current) {
    const bool same_bind = current.bind == *server.spec().bind;
    const Protocol existing = resource::parse_protocol(current.protocol);
    const bool fits = (resource::is_http(server.protocol()) || server.protocol() == existing) &&
                      resource::is_http(existing);
    if (same_bind && (!fits || server.route_name.empty())) return;
    if (same_bind) {
      current.servers.push_back(&server);
      add_route(server);
      return;
    }
    if (slots_.find(key_of(server, number)) == slots_.end()) {
      add_plain(server, number);
      return;
    }
    ServerPort& port = slot(server, number);
    port.route_name = server.route_name;
    port.servers.push_back(&server);
    add_route(server);
  }

  // A port with nothing but TLS servers.
  void join_tls(const GatewayServer& server, std::uint32_t number, const std::string& bind) {
    if (server.speaks_http()) {
      if (server.route_name.empty() || out_.by_route.contains(server.route_name)) return;
      set_route(server);
    }
    const bool new_bind = binds_[number].insert(bind).second;
    if (!server.has_tls() && !new_bind) return;
    slot(server, number).servers.push_back(&server);
  }

  static Key key_of(const GatewayServer& server, std::uint32_t number) {
    return {number, std::string(server.spec().port->protocol.text()), *server.spec().bind};
  }

  ServerPort& slot(const GatewayServer& server, std::uint32_t number) {
    const auto [found, added] = slots_.try_emplace(key_of(server, number));
    if (!added) return *found->second;
    found->second = &out_.ports.emplace_back(
        ServerPort{.number = number,
                   .protocol = std::string(server.spec().port->protocol.text()),
                   .bind = *server.spec().bind,
                   .servers = {},
                   .route_name = {}});
    return *found->second;
  }

  void set_route(const GatewayServer& server) {
    out_.by_route[server.route_name] = {&server};
    note_port(server);
  }

  void add_route(const GatewayServer& server) {
    out_.by_route[server.route_name].push_back(&server);
    note_port(server);
  }

  void note_port(const GatewayServer& server) {
    out_.ports_by_route[server.route_name].push_back(
        static_cast<std::uint32_t>(*server.spec().port->number));
  }

  const mesh::Mesh& mesh_;
  const Proxy& proxy_;
  std::vector<ServiceTarget> targets_;
  MergedGateway out_;
  std::set<std::uint32_t> ports_seen_;
  std::map<std::uint32_t, ServerPort*> plain_;  // ports with a plain-text server, by number
  std::map<std::uint32_t, std::set<std::string>> binds_;
  std::map<Key, ServerPort*> slots_;
  HostsByPort tls_hosts_;
};

}  // namespace

bool GatewayServer::passes_tls_through() const {
  const ServerTlsMode mode = *spec().tls->mode;
  return has_tls() &&
         (mode == ServerTlsMode::Passthrough || mode == ServerTlsMode::AutoPassthrough);
}

bool GatewayServer::ends_https() const {
  return has_tls() && protocol() == Protocol::Https && !passes_tls_through();
}

bool GatewayServer::speaks_http() const {
  return resource::is_http(protocol()) || (protocol() == Protocol::Https && !passes_tls_through());
}

bool GatewayServer::is_tls_server() const {
  return has_tls() && !resource::is_http(protocol());
}

std::vector<std::string> GatewayServer::sni_hosts() const {
  std::set<std::string> out;
  if (has_tls())
    for (const std::string& host : hosts) out.insert(host.substr(host.find('/') + 1));
  return {out.begin(), out.end()};
}

MergedGateway merge_gateways(const View& view) {
  return Merger(view).merge();
}

}  // namespace egressctl::topology
