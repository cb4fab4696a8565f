#include <set>

#include <fmt/format.h>

#include "lib/mesh/host.h"
#include "lib/mesh/identity.h"
#include "lib/mesh/injection.h"
#include "lib/topology/matching.h"
#include "lib/trace/destination.h"
#include "lib/trace/handshake.h"
#include "lib/trace/log_lines.h"
#include "lib/trace/missing.h"
#include "lib/trace/pods.h"
#include "lib/trace/policy.h"
#include "lib/trace/reach.h"
#include "lib/trace/walker.h"
#include "lib/trace/words.h"

namespace egressctl::trace {
namespace {

using topology::Causes;
using topology::Cluster;
using topology::ClusterType;
using topology::Connection;
using topology::FilterChain;
using topology::Listener;
using topology::Proxy;
using topology::TlsKind;
using topology::Topology;

constexpr std::string_view kInternal = "envoy://";
constexpr std::size_t kMaxHops = 8;

}  // namespace

void Walker::go_around(WayAround way) {
  start(Place::Pod, request_.client);
  if (meant_.protocol == Protocol::Tls) hop().server_name = sni_;
  hop().note = way.why;
  hop().causes = way.causes;
  if (!meant_.is_inside()) {
    leave_around(way);
    return;
  }
  const Cluster* cluster =
      topology_of_(request_.client)
          .cluster(fmt::format("outbound|{}||{}", request_.port, meant_.service->host));
  if (cluster == nullptr || cluster->endpoints.empty()) {
    stop(Verdict::Unresolvable,
         fmt::format("{} has no endpoint at port {}", meant_.host, request_.port));
    return;
  }
  const Next next = choose(*cluster);
  hop().endpoint = next.endpoint->text();
  arrive(*cluster, next, std::nullopt);
}

void Walker::leave_around(WayAround& way) {
  const mesh::Service* service = meant_.service;
  const resource::Text* waypoint =
      way.ambient && service != nullptr ? mesh::waypoint_label(mesh_, *service->resource) : nullptr;
  leave(request_.host, request_.port);
  if (out_.verdict != Verdict::Bypass) return;
  if (waypoint != nullptr) {
    stop(Verdict::Delivered,
         fmt::format("ztunnel leads it to waypoint \"{}\", whose own routes are not followed here",
                     **waypoint));
  } else {
    stop(Verdict::Bypass, fmt::format("it leaves the mesh past any proxy: {}", way.why),
         Failure::None, std::move(way.causes));
  }
}

void Walker::connect(const Cluster& cluster, const FilterChain& chain,
                     const Connection& connection) {
  if (cluster.type == ClusterType::Custom) {
    // Of requests the proxy resolves their host.
    if (!chain.target().route_config.empty()) {
      leave(request_.host, request_.port);
      return;
    }
    const topology::NetworkFilter* forwarder = chain.sni_forwarder();
    if (forwarder == nullptr) {
      stop(Verdict::Reset,
           fmt::format("cluster \"{}\" needs a host that no filter of the chain tells it",
                       cluster.name),
           Failure::NoEndpoint, cluster.causes);
      return;
    }
    const std::string name = connection.sni.empty() ? inner_sni_ : connection.sni;
    if (cluster.tls) wrap(*cluster.tls);
    leave_by_sni(name, cluster, forwarded_port(*forwarder));
    return;
  }
  if (cluster.type == ClusterType::OriginalDst) {
    if (in_sidecar()) {
      if (cluster.tls) wrap(*cluster.tls);
      if (meant_.service == nullptr ||
          is_understood(*meant_.service, request_.port, cluster.causes))
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
  const Next next = choose(cluster);
  const topology::Endpoint& endpoint = *next.endpoint;
  hop().endpoint = endpoint.text();
  if (endpoint.address.starts_with(kInternal)) {
    enter_internal(endpoint.address.substr(kInternal.size()));
    return;
  }
  const std::optional<topology::UpstreamTls> tls = tls_to(cluster, endpoint);
  forwarded_sni_ = forwards_sni(chain) ? connection.sni : std::string();
  if (tls) wrap(*tls);
  arrive(cluster, next, tls);
}

void Walker::leave_by_sni(const std::string& name, const Cluster& cluster, std::uint32_t port) {
  leave(name, port != 0 ? port : cluster.port != 0 ? cluster.port : request_.port);
  if (port == 0 || port == request_.port || out_.verdict != Verdict::Delivered) return;
  stop(Verdict::Misrouted,
       fmt::format("the client means port {}, the SNI proxy connects to {}", request_.port,
                   out_.reached),
       Failure::None, hop().causes);
}

void Walker::wrap(const topology::UpstreamTls& tls) {
  hop().tls = describe_tls(tls, name_in(tls), spiffe_id_of(sender()));
  ++tls_layers_;
}

void Walker::arrive(const Cluster& cluster, const Next& next,
                    const std::optional<topology::UpstreamTls>& tls) {
  const topology::Endpoint& endpoint = *next.endpoint;
  if (next.workload == nullptr) {
    reach(cluster, endpoint);
    return;
  }
  if (is_kept(kept_from(policies_, sender(), *next.workload, endpoint.port))) return;
  const Proxy proxy = topology::proxy_of(mesh_, *next.workload);
  if (proxy.type == topology::ProxyType::Router) {
    enter_gateway(proxy, endpoint.port, tls, cluster);
  } else {
    reach(cluster, endpoint);
  }
}

std::string Walker::name_in(const topology::UpstreamTls& tls) const {
  if (!forwarded_sni_.empty()) return forwarded_sni_;
  return tls.sni.empty() && tls.auto_sni ? request_.host : tls.sni;
}

Walker::Next Walker::choose(const Cluster& cluster) {
  const std::vector<Next> all = behind(cluster);
  const std::size_t taken = branches_.pick(all.size());
  if (all.size() > 1)
    add_note(fmt::format("one of {} workloads behind the Service, {}", all.size(),
                         resource::display_name(*all[taken].workload->resource)));
  return all[taken];
}

std::vector<Walker::Next> Walker::behind(const Cluster& cluster) const {
  std::vector<const mesh::Workload*> workloads;
  for (const mesh::Service* service : mesh_.registry().named(cluster.service)) {
    if (service->kubernetes == nullptr || service->kubernetes->selector->empty()) continue;
    const auto selected =
        mesh_.workloads().select(service->name_space, service->kubernetes->selector);
    workloads.insert(workloads.end(), selected.begin(), selected.end());
  }
  const auto pod_at = [&](const topology::Endpoint& endpoint) -> const mesh::Workload* {
    for (const mesh::Workload* workload : workloads) {
      const auto* pod = workload->resource->as<resource::Pod>();
      if (pod != nullptr && *pod->status->pod_ip == endpoint.address) return workload;
    }
    return nullptr;
  };
  std::vector<Next> out;
  std::set<topology::Labels> seen;
  const auto add = [&](const topology::Endpoint& endpoint, const mesh::Workload& workload) {
    if (seen.insert(topology::proxy_of(mesh_, workload).labels).second)
      out.push_back({&endpoint, &workload});
  };
  for (const topology::Endpoint& endpoint : cluster.endpoints)
    if (const mesh::Workload* pod = pod_at(endpoint)) add(endpoint, *pod);
  if (out.empty())
    for (const mesh::Workload* workload : workloads) add(cluster.endpoints.front(), *workload);
  if (out.empty()) out.push_back({&cluster.endpoints.front(), nullptr});
  return out;
}

void Walker::enter_internal(const std::string& name) {
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

void Walker::enter_gateway(const Proxy& proxy, std::uint32_t port,
                           const std::optional<topology::UpstreamTls>& tls,
                           const Cluster& cluster) {
  if (gateway_ || out_.hops.size() >= kMaxHops) {
    stop(Verdict::Reset, "the gateway sends the connection back to the gateway: a loop",
         Failure::Unreachable, hop().causes);
    return;
  }
  gateway_ = proxy;
  const Causes way = cluster.causes;
  const std::string client = mesh::principal_of(mesh_.settings(), request_.client.name_space,
                                                request_.client.service_account);
  start(Place::Gateway, proxy);
  const Topology& gateway = topology_of_(*gateway_);
  const Listener* listener = topology::listener_on(gateway, port);
  if (listener == nullptr) {
    Missing missing = missing_listener(mesh_, gateway, way);
    stop(Verdict::Reset,
         fmt::format("the gateway has no listener on port {}: {}", port, missing.why),
         Failure::NoListener, std::move(missing.blame));
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
    auto problem = handshake_problem(*chain, tls, connection.tls, spiffe_id_of(proxy));
    if (problem) {
      hop().listener = listener->name;
      hop().chain = describe(chain->match);
      hop().log = log_of(*chain, gateway.logging);
      if (chain->tls) hop().ends = describe_tls(*chain->tls, spiffe_id_of(proxy));
      Causes blame = way;
      blame.insert(blame.end(), chain->causes.begin(), chain->causes.end());
      hop().cluster = chain->target().cluster;
      stop(Verdict::Reset, std::move(problem->words),
           problem->answered ? Failure::NotHttp : Failure::Handshake, std::move(blame));
      client_failure_ = std::move(problem->seen_by_client);
      return;
    }
  }
  pass(gateway, *listener, connection, peer);
}

bool Walker::is_understood(const mesh::Service& service, std::uint32_t number,
                           const Causes& causes) {
  const mesh::ServicePort* port = service.port(number);
  if (port == nullptr || !service.is_external()) return true;
  const std::int64_t target = port->target != 0 ? port->target : port->number;
  const bool wants_tls = resource::is_tls(port->protocol) || target == 443;
  // Any other port may be declared by what clients speak, where a DestinationRule makes the TLS.
  const bool wants_http = port->number == 80 && target == 80 && resource::is_http(port->protocol);
  if (tls_layers_ > 1) {
    stop(Verdict::Reset,
         fmt::format("the client's TLS reaches {} wrapped into TLS once more, which it does not "
                     "expect",
                     service.host),
         Failure::Unreachable, causes);
  } else if (tls_layers_ == 1 && wants_http) {
    stop(Verdict::Reset,
         fmt::format("TLS reaches port {} of {}, which expects plain HTTP", target, service.host),
         Failure::Unreachable, causes);
  } else if (tls_layers_ == 0 && wants_tls && meant_.protocol != Protocol::Tcp) {
    stop(Verdict::Reset,
         fmt::format("plain HTTP reaches port {} of {}, which expects TLS", target, service.host),
         Failure::HungUp, causes);
  } else {
    return true;
  }
  return false;
}

void Walker::reach(const Cluster& cluster, const topology::Endpoint& endpoint) {
  const mesh::Service* service = service_of(cluster);
  if (service != nullptr &&
      !is_understood(*service, cluster.port, hop().tls ? hop().causes : cluster.causes))
    return;
  const bool inside = service != nullptr && !service->is_external();
  if (!inside && is_kept(kept_in(policies_, sender(), endpoint.address, endpoint.port))) return;
  out_.reached = at(cluster.service.empty() ? endpoint.address : cluster.service, endpoint.port);
  if (inside) {
    judge(cluster, Verdict::Delivered, "it reaches a service of the mesh");
    return;
  }
  judge(cluster, gateway_ ? Verdict::Delivered : Verdict::Bypass,
        gateway_ ? "it leaves through the gateway"
                 : "it leaves the mesh from the sidecar, not through a gateway");
}

const mesh::Service* Walker::service_of(const Cluster& cluster) const {
  const auto& known = mesh_.registry().named(cluster.service);
  return known.empty() ? nullptr : known.front();
}

void Walker::judge(const Cluster& cluster, Verdict verdict, std::string reason) {
  if (serves(mesh_, cluster.service, meant_.host)) {
    stop(verdict, std::move(reason));
    return;
  }
  stop(Verdict::Misrouted,
       fmt::format("the client means {}, the connection ends at {}", request_.host, out_.reached),
       Failure::None, hop().causes);
}

void Walker::leave(const std::string& host, std::uint32_t port) {
  hop().endpoint = at(host, port);
  if ((gateway_ || !meant_.is_inside()) && is_kept(kept_in(policies_, sender(), host, port)))
    return;
  out_.reached = at(host, port);
  if (!gateway_) {
    const bool inside = meant_.is_inside();
    stop(inside ? Verdict::Delivered : Verdict::Bypass,
         inside ? "it reaches a service of the mesh"
                : "it leaves the mesh from the sidecar, not through a gateway",
         Failure::None, hop().causes);
    return;
  }
  if (!mesh::hosts_overlap(host, meant_.host)) {
    stop(Verdict::Misrouted,
         fmt::format("the client means {}, the gateway follows the inner SNI to {}", request_.host,
                     out_.reached),
         Failure::None, hop().causes);
    return;
  }
  stop(Verdict::Delivered, "it leaves through the gateway, by its SNI");
}

}  // namespace egressctl::trace
