#include "lib/trace/walk.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/mesh/gateways.h"
#include "lib/mesh/host.h"
#include "lib/topology/matching.h"
#include "lib/topology/services.h"
#include "lib/trace/handshake.h"
#include "lib/trace/log_lines.h"
#include "lib/trace/policy.h"
#include "lib/trace/reach.h"
#include "lib/trace/words.h"

namespace egressctl::trace {
namespace {

using topology::Causes;
using topology::Cluster;
using topology::ClusterType;
using topology::Connection;
using topology::FilterChain;
using topology::Listener;
using topology::NetworkFilter;
using topology::Proxy;
using topology::TlsKind;
using topology::Topology;

constexpr std::string_view kInternal = "envoy://";
constexpr std::size_t kMaxHops = 8;

std::string identity_of(const mesh::Mesh& mesh, const Proxy& proxy) {
  return fmt::format("{}/ns/{}/sa/{}", mesh.settings().trust_domain, proxy.name_space,
                     proxy.service_account);
}

class Walker {
 public:
  Walker(const mesh::Mesh& mesh, const Request& request, const Topologies& topology_of)
      : mesh_(mesh), request_(request), topology_of_(topology_of) {
    const bool is_name = !topology::is_ipv4(request.host) && !topology::is_ipv6(request.host);
    host_ = is_name ? mesh::resolve_short_name(to_lower(request.host), request.client.name_space,
                                               mesh.settings().cluster_domain)
                    : request.host;
    if (mesh.registry().named(host_).empty() && is_name) host_ = to_lower(request.host);
    service_ = find_service();
    protocol_ = request.protocol.value_or(guess_protocol());
    sni_ = request.sni.value_or(is_name ? to_lower(request.host) : std::string());
    inner_sni_ = request.inner_sni.value_or(sni_);
  }

  Trace walk() {
    Connection connection;
    connection.address = is_address() ? host_ : address_of_service();
    connection.port = request_.port;
    set_first_bytes(connection, sni_);
    const Topology& sidecar = topology_of_(request_.client);
    const Listener* listener =
        topology::outbound_listener(sidecar, connection.address, connection.port);
    Hop& hop = start(Place::Sidecar, request_.client);
    hop.server_name = connection.sni;
    if (listener == nullptr) {
      stop(Verdict::Reset, "the sidecar has no listener for it", Failure::NoListener);
    } else {
      pass(sidecar, *listener, connection, {});
    }
    return finish();
  }

 private:
  struct Peer {
    std::string identity;  // of mTLS that ends at this proxy; empty: none
    std::string name_space;
  };

  [[nodiscard]] bool is_address() const {
    return topology::is_ipv4(host_) || topology::is_ipv6(host_);
  }

  [[nodiscard]] const mesh::Service* find_service() const {
    const mesh::Registry& registry = mesh_.registry();
    if (const mesh::Service* own = registry.find(host_, request_.client.name_space)) return own;
    for (const mesh::Service* service : registry.covering(host_))
      if (service->visibility.visible_in(request_.client.name_space)) return service;
    return nullptr;
  }

  [[nodiscard]] std::string address_of_service() const {
    if (service_ == nullptr || mesh::is_pattern(service_->host)) return {};
    if (service_->kubernetes != nullptr) {
      const std::string& address = *service_->kubernetes->cluster_ip;
      return address == "None" ? std::string() : address;
    }
    const auto& addresses = *service_->entry->addresses;
    return addresses.empty() ? std::string() : *addresses.front();
  }

  [[nodiscard]] Protocol guess_protocol() const {
    if (service_ != nullptr)
      if (const mesh::ServicePort* port = service_->port(request_.port)) {
        if (resource::is_tls(port->protocol)) return Protocol::Tls;
        if (resource::is_http(port->protocol)) return Protocol::Http;
      }
    if (request_.port == 443 || request_.port == 8443) return Protocol::Tls;
    return request_.port == 80 || request_.port == 8080 ? Protocol::Http : Protocol::Tcp;
  }

  // What the application writes first, or what is left of it behind TLS that was ended.
  void set_first_bytes(Connection& connection, const std::string& name) const {
    connection.tls = protocol_ == Protocol::Tls;
    connection.sni = connection.tls ? name : std::string();
    connection.alpn.clear();
    if (protocol_ == Protocol::Http) connection.alpn = {"http/1.1"};
  }

  Hop& start(Place place, const Proxy& proxy) {
    Hop& hop = out_.hops.emplace_back();
    hop.place = place;
    hop.proxy = fmt::format("{}.{}", proxy.name, proxy.name_space);
    return hop;
  }

  Trace finish() {
    foretell_logs(out_, failure_, client_failure_);
    return std::move(out_);
  }

  void stop(Verdict verdict, std::string reason, Failure failure = Failure::None,
            Causes blame = {}) {
    out_.verdict = verdict;
    out_.reason = std::move(reason);
    failure_ = failure;
    out_.blame = std::move(blame);
  }

  [[nodiscard]] Hop& hop() { return out_.hops.back(); }
  [[nodiscard]] bool in_sidecar() { return hop().place == Place::Sidecar; }

  // Through the filter chain of a listener.
  void pass(const Topology& proxy, const Listener& listener, const Connection& connection,
            const Peer& peer) {
    hop().listener = listener.name;
    const FilterChain* chain = topology::find_chain(listener, connection);
    if (chain == nullptr) {
      hop().log.written = writes_log(listener);
      stop(hop().place == Place::InternalListener ? Verdict::Blocked : Verdict::Reset,
           connection.sni.empty()
               ? fmt::format("no filter chain of {} takes a connection without SNI", listener.name)
               : fmt::format("no filter chain of {} takes SNI \"{}\"", listener.name,
                             connection.sni),
           Failure::NoChain, listener.causes);
      return;
    }
    hop().chain = describe(chain->match);
    hop().causes = chain->causes;
    hop().log.written = writes_log(*chain);
    if (chain->tls) hop().ends = describe_tls(*chain->tls, own_identity());
    for (const NetworkFilter& filter : chain->filters) {
      if (filter.name == topology::kNetworkRbac && filter.rbac.empty())
        hop().note = "an RBAC filter of an EnvoyFilter decides here, too, and is not evaluated";
      if (filter.rbac.empty()) continue;
      if (const auto refusal = refuse(filter.rbac, facts_of(connection, peer, {}, filter))) {
        stop(Verdict::Blocked, refusal->reason, Failure::Policy,
             {{refusal->policy, refusal->policy->spec_range}});
        hop().log.details = matched_policy(*refusal, mesh_);
        if (chain->target().route_config.empty()) hop().cluster = chain->target().cluster;
        return;
      }
    }
    const topology::Target& target = chain->target();
    if (!target.route_config.empty()) {
      route(proxy, target.route_config, *chain);
    } else if (target.empty()) {
      stop(Verdict::Reset, fmt::format("the filter chain of {} leads nowhere", listener.name),
           Failure::Other, chain->causes);
    } else {
      forward(proxy, target, chain, connection);
    }
  }

  [[nodiscard]] std::string own_identity() {
    return "spiffe://" + identity_of(mesh_, in_sidecar() ? request_.client : *gateway_);
  }

  [[nodiscard]] Facts facts_of(const Connection& connection, const Peer& peer,
                               const std::string& path, const NetworkFilter& filter) const {
    Facts out;
    out.principal = peer.identity;
    out.name_space = peer.name_space;
    out.sni = connection.sni;
    out.port = connection.port;
    out.http = filter.name == topology::kHttpConnectionManager;
    out.host = request_.host;
    out.path = path.empty() ? request_.path : path;
    return out;
  }

  void route(const Topology& proxy, const std::string& name, const FilterChain& chain) {
    const topology::RouteConfiguration* routes = proxy.route(name);
    const topology::VirtualHost* host =
        routes != nullptr ? topology::find_virtual_host(*routes, at(request_.host, request_.port))
                          : nullptr;
    if (host == nullptr) {
      stop(Verdict::Reset,
           fmt::format("no virtual host of route configuration {} is for \"{}\": 404", name,
                       request_.host),
           Failure::NoRoute, chain.causes);
      return;
    }
    hop().route = fmt::format("{} / {}", name, host->name);
    const topology::Route* found = topology::find_route(*host, request_.path);
    if (found == nullptr) {
      stop(Verdict::Reset,
           fmt::format("no route of virtual host {} is for path \"{}\": 404", host->name,
                       request_.path),
           Failure::NoRoute, host->causes);
      return;
    }
    hop().causes = found->causes;
    if (found->direct_response) {
      stop(Verdict::Blocked, fmt::format("the proxy itself answers {}", *found->direct_response),
           Failure::Answered, found->causes);
    } else if (found->redirect) {
      stop(Verdict::Delivered, "the proxy itself answers with a redirect", Failure::Answered,
           found->causes);
    } else {
      forward(proxy, found->target, &chain, {});
    }
  }

  // To the cluster of a target; of weighted ones the heaviest.
  void forward(const Topology& proxy, const topology::Target& target, const FilterChain* chain,
               const Connection& connection) {
    std::string name = target.cluster;
    if (!target.weighted_clusters.empty()) {
      const auto heaviest =
          std::max_element(target.weighted_clusters.begin(), target.weighted_clusters.end(),
                           [](const auto& a, const auto& b) { return a.weight < b.weight; });
      name = heaviest->name;
      hop().note = fmt::format("one of {} weighted clusters, of weight {}",
                               target.weighted_clusters.size(), heaviest->weight);
    }
    hop().cluster = name;
    if (name == topology::kBlackHoleCluster) {
      stop(Verdict::Blocked,
           fmt::format("the sidecar knows no way to {} and lets nothing else out",
                       at(request_.host, request_.port)),
           Failure::NoEndpoint, hop().causes);
      return;
    }
    if (name == topology::kPassthroughCluster) {
      leave(request_.host, request_.port);
      return;
    }
    const Cluster* cluster = proxy.cluster(name);
    if (cluster == nullptr) {
      stop(Verdict::Reset, fmt::format("{} has no cluster \"{}\"", hop().proxy, name),
           Failure::NoCluster, hop().causes);
      return;
    }
    connect(*cluster, *chain, connection);
  }

  void connect(const Cluster& cluster, const FilterChain& chain, const Connection& connection) {
    if (cluster.type == ClusterType::Custom) {
      if (!forwards_by_sni(chain)) {
        stop(Verdict::Reset,
             fmt::format("cluster \"{}\" needs a host that no filter of the chain tells it",
                         cluster.name),
             Failure::NoEndpoint, cluster.causes);
        return;
      }
      const std::string name = connection.sni.empty() ? inner_sni_ : connection.sni;
      leave(name, cluster.port != 0 ? cluster.port : request_.port);
      return;
    }
    if (cluster.type == ClusterType::OriginalDst) {
      if (in_sidecar()) {
        leave(request_.host, request_.port);
      } else {
        stop(Verdict::Reset,
             fmt::format("cluster \"{}\" sends to where the client connected, which is the "
                         "gateway itself",
                         cluster.name),
             Failure::Unreachable, cluster.causes);
      }
      return;
    }
    if (cluster.endpoints.empty()) {
      stop(Verdict::Unresolvable,
           fmt::format("cluster \"{}\" has no endpoint at {}", cluster.name, hop().proxy),
           Failure::NoEndpoint, cluster.causes);
      return;
    }
    const topology::Endpoint& endpoint = cluster.endpoints.front();
    hop().endpoint = endpoint.text();
    if (endpoint.address.starts_with(kInternal)) {
      enter_internal(endpoint.address.substr(kInternal.size()));
      return;
    }
    const std::optional<topology::UpstreamTls> tls = tls_to(cluster, endpoint);
    forwarded_sni_ = forwards_sni(chain) ? connection.sni : std::string();
    if (tls) hop().tls = describe_tls(*tls, name_in(*tls), own_identity());
    const mesh::Workload* next = workload_behind(cluster, endpoint);
    if (next == nullptr) {
      reach(cluster, endpoint, tls);
      return;
    }
    const Proxy proxy = topology::proxy_of(mesh_, *next);
    if (proxy.type == topology::ProxyType::Router) {
      enter_gateway(proxy, endpoint.port, tls, cluster);
    } else {
      reach(cluster, endpoint, tls);
    }
  }

  [[nodiscard]] std::string name_in(const topology::UpstreamTls& tls) const {
    if (!forwarded_sni_.empty()) return forwarded_sni_;
    return tls.sni.empty() && tls.auto_sni ? request_.host : tls.sni;
  }

  // The pod of a Service's endpoint, or one that its workload would make.
  [[nodiscard]] const mesh::Workload* workload_behind(const Cluster& cluster,
                                                      const topology::Endpoint& endpoint) const {
    const mesh::Workload* candidate = nullptr;
    for (const mesh::Service* service : mesh_.registry().named(cluster.service)) {
      if (service->kubernetes == nullptr || service->kubernetes->selector->empty()) continue;
      for (const mesh::Workload* workload :
           mesh_.workloads().select(service->name_space, service->kubernetes->selector)) {
        if (candidate == nullptr) candidate = workload;
        const auto* pod = workload->resource->as<resource::Pod>();
        if (pod != nullptr && *pod->status->pod_ip == endpoint.address) return workload;
      }
    }
    return candidate;
  }

  void enter_internal(const std::string& name) {
    const Topology& gateway = topology_of_(*gateway_);
    start(Place::InternalListener, *gateway_);
    const Listener* listener = gateway.listener(name);
    if (listener == nullptr) {
      hop().listener = name;
      stop(Verdict::Reset, fmt::format("there is no internal listener \"{}\"", name),
           Failure::NoListener, out_.hops[out_.hops.size() - 2].causes);
      return;
    }
    Connection connection;
    connection.port = request_.port;
    set_first_bytes(connection, inner_sni_);
    hop().server_name = connection.sni;
    pass(gateway, *listener, connection, {});
  }

  void enter_gateway(const Proxy& proxy, std::uint32_t port,
                     const std::optional<topology::UpstreamTls>& tls, const Cluster& cluster) {
    if (gateway_ || out_.hops.size() >= kMaxHops) {
      stop(Verdict::Reset, "the gateway sends the connection back to the gateway: a loop",
           Failure::Unreachable, hop().causes);
      return;
    }
    gateway_ = proxy;
    const Causes way = cluster.causes;
    const std::string client = identity_of(mesh_, request_.client);
    start(Place::Gateway, proxy);
    const Topology& gateway = topology_of_(*gateway_);
    const Listener* listener = topology::listener_on(gateway, port);
    if (listener == nullptr) {
      stop(Verdict::Reset, fmt::format("the gateway has no listener on port {}", port),
           Failure::NoListener, way);
      return;
    }
    Connection connection;
    connection.port = port;
    set_first_bytes(connection, inner_sni_);
    if (tls) {
      connection.tls = true;
      connection.sni = name_in(*tls);
      connection.alpn = tls->alpn;
    }
    hop().server_name = connection.sni;
    const FilterChain* chain = topology::find_chain(*listener, connection);
    Peer peer;
    if (chain != nullptr && chain->tls && tls && tls->kind == TlsKind::IstioMutual) {
      peer = {client, request_.client.name_space};
      hop().peer = client;
    }
    if (chain != nullptr) {
      auto problem =
          handshake_problem(*chain, tls, connection.tls, "spiffe://" + identity_of(mesh_, proxy));
      if (problem) {
        hop().listener = listener->name;
        hop().chain = describe(chain->match);
        hop().log.written = writes_log(*chain);
        if (chain->tls) hop().ends = describe_tls(*chain->tls, own_identity());
        Causes blame = way;
        blame.insert(blame.end(), chain->causes.begin(), chain->causes.end());
        hop().cluster = chain->target().cluster;
        stop(Verdict::Reset, std::move(problem->words), Failure::Handshake, std::move(blame));
        client_failure_ = std::move(problem->seen_by_client);
        return;
      }
    }
    pass(gateway, *listener, connection, peer);
  }

  // An endpoint that is no gateway of the mesh.
  void reach(const Cluster& cluster, const topology::Endpoint& endpoint,
             const std::optional<topology::UpstreamTls>& tls) {
    const mesh::Service* service = service_of(cluster);
    const mesh::ServicePort* port = service != nullptr ? service->port(cluster.port) : nullptr;
    const bool to_tls = port != nullptr && (resource::is_tls(port->protocol) ||
                                            (port->target == 443 && port->number != 443));
    if (tls && protocol_ == Protocol::Tls) {
      stop(Verdict::Reset,
           fmt::format("{} wraps the client's TLS into TLS once more, which {} does not expect",
                       hop().proxy, cluster.service),
           Failure::Unreachable, tls->causes);
      return;
    }
    if (!tls && protocol_ == Protocol::Http && to_tls) {
      stop(Verdict::Reset,
           fmt::format("plain HTTP reaches port {} of {}, which expects TLS",
                       port->target != 0 ? port->target : port->number, cluster.service),
           Failure::HungUp, cluster.causes);
      return;
    }
    out_.reached = at(cluster.service.empty() ? endpoint.address : cluster.service, endpoint.port);
    if (service != nullptr && !service->is_external()) {
      judge(cluster, Verdict::Delivered, "it reaches a service of the mesh");
      return;
    }
    judge(cluster, gateway_ ? Verdict::Delivered : Verdict::Bypass,
          gateway_ ? "it leaves through the gateway"
                   : "it leaves the mesh from the sidecar, not through a gateway");
  }

  [[nodiscard]] const mesh::Service* service_of(const Cluster& cluster) const {
    const auto& known = mesh_.registry().named(cluster.service);
    return known.empty() ? nullptr : known.front();
  }

  void judge(const Cluster& cluster, Verdict verdict, std::string reason) {
    if (serves(mesh_, cluster.service, host_)) {
      stop(verdict, std::move(reason));
      return;
    }
    stop(Verdict::Misrouted,
         fmt::format("the client means {}, the connection ends at {}", request_.host, out_.reached),
         Failure::None, hop().causes);
  }

  // To a name or an address that the proxy learns from the connection.
  void leave(const std::string& host, std::uint32_t port) {
    hop().endpoint = at(host, port);
    out_.reached = at(host, port);
    if (!gateway_) {
      const bool inside = service_ != nullptr && !service_->is_external();
      stop(inside ? Verdict::Delivered : Verdict::Bypass,
           inside ? "it reaches a service of the mesh"
                  : "it leaves the mesh from the sidecar, not through a gateway",
           Failure::None, hop().causes);
      return;
    }
    if (!mesh::hosts_overlap(host, host_)) {
      stop(Verdict::Misrouted,
           fmt::format("the client means {}, the gateway follows the inner SNI to {}",
                       request_.host, out_.reached),
           Failure::None, hop().causes);
      return;
    }
    stop(Verdict::Delivered, "it leaves through the gateway, by its SNI");
  }

  const mesh::Mesh& mesh_;
  const Request& request_;
  const Topologies& topology_of_;
  std::string host_;  // in full
  const mesh::Service* service_ = nullptr;
  Protocol protocol_ = Protocol::Tls;
  std::string sni_;
  std::string inner_sni_;
  std::string forwarded_sni_;  // that a filter puts in place of the cluster's; empty: none
  std::optional<Proxy> gateway_;
  Failure failure_ = Failure::None;
  std::string client_failure_;  // that the client's proxy sees of a failed handshake
  Trace out_;
};

}  // namespace

Trace walk(const mesh::Mesh& mesh, const Request& request, const Topologies& topology_of) {
  return Walker(mesh, request, topology_of).walk();
}

}  // namespace egressctl::trace
