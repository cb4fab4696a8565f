#include "lib/datapath/spec_roles.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "lib/base/host_name.h"

namespace egressctl::datapath {
namespace {

using forward::RouteConfig;
using forward::TlsConfig;
using generate::DestinationPlan;
using generate::Flow;
using generate::Plan;
using spec::Via;

constexpr const char* kSpiffe = "spiffe://";

// Listeners by port, as they come up.
class Listeners {
 public:
  RoleListener& at(std::uint16_t port, std::uint16_t service_port) {
    RoleListener& out = by_port_[port];
    out.port = port;
    out.service_port = service_port;
    return out;
  }
  RoleListener& at(std::uint16_t port) { return at(port, port); }

  [[nodiscard]] std::vector<RoleListener> take() {
    std::vector<RoleListener> out;
    for (auto& [port, listener] : by_port_) out.push_back(std::move(listener));
    return out;
  }

 private:
  std::map<std::uint16_t, RoleListener> by_port_;
};

TlsConfig mesh_tls(const Surroundings& around) {
  TlsConfig out;
  out.files = around.files;
  out.given = around.given;
  out.alpn = {kMeshAlpn};
  return out;
}

// Where a flow ends: at its upstream, or at the name that was asked for.
RouteConfig upstream_route(const DestinationPlan& destination, const Flow& flow,
                           const Surroundings& around) {
  RouteConfig out;
  out.names = flow.hosts;
  out.cluster = generate::upstream_cluster(destination, flow);
  if (*destination.destination->via != Via::SniProxy) out.host = flow.upstream_host;
  out.port = flow.upstream_port;
  if (around.upstream) {
    out.host = around.upstream->ip.to_string();
    out.port = around.upstream->port;
  }
  return out;
}

// The TLS that the gateway makes for clients that speak plain HTTP.
TlsConfig originated_tls(const DestinationPlan& destination, const Flow& flow,
                         const Surroundings& around) {
  const spec::OriginateTls& wanted = destination.destination->tls;
  TlsConfig out;
  out.files = around.host_authorities;
  out.given = around.given_host_authorities;
  out.server_name = wanted.sni.empty() ? flow.upstream_host : wanted.sni;
  out.peer_names = wanted.subject_alt_names;
  if (out.peer_names.empty()) out.peer_names = {flow.upstream_host};
  out.alpn = {"http/1.1"};
  return out;
}

RouteConfig wrapped_route(const Plan& plan, const Flow& flow, const Surroundings& around) {
  RouteConfig out;
  out.names = flow.hosts;
  out.cluster =
      fmt::format("outbound|{}|{}|{}", flow.gateway_port.service, flow.id, plan.gateway_host);
  out.host = plan.gateway_host;
  out.port = flow.gateway_port.service;
  for (const GatewayAddress& gateway : around.gateways)
    if (gateway.service_port == flow.gateway_port.service) {
      out.host = gateway.host;
      out.port = gateway.port;
    }
  out.internal_allowed = true;  // it is a Service
  out.tls = mesh_tls(around);
  out.tls->server_name = flow.outer_sni;
  out.tls->peer_names = {gateway_identity(plan)};
  out.forwards_name = flow.forwards_sni;
  return out;
}

void add_direct(const DestinationPlan& destination, const Surroundings& around, Listeners& out) {
  for (const auto& port : destination.destination->ports)
    for (const auto& host : destination.destination->hosts) {
      RouteConfig route;
      route.names = {*host};
      route.cluster = fmt::format("outbound|{}||{}", *port, *host);
      route.port = *port;
      if (around.upstream) {
        route.host = around.upstream->ip.to_string();
        route.port = around.upstream->port;
      }
      out.at(*port).routes.push_back(std::move(route));
    }
}

// Istio's PassthroughCluster. Without a firewall that redirects nobody knows where a connection
// wanted to go but by its name.
RouteConfig passthrough(std::uint16_t port, const Surroundings& around) {
  RouteConfig out;
  out.names = {"*"};
  out.cluster = "PassthroughCluster";
  out.port = port;
  out.original_destination = around.transparent;
  out.any_name = !around.transparent;
  return out;
}

RouteConfig gateway_chain(const Plan& plan, const DestinationPlan& destination, const Flow& flow,
                          const Surroundings& around) {
  RouteConfig inner = upstream_route(destination, flow, around);
  forward::TerminationConfig termination;
  termination.tls = mesh_tls(around);
  if (plan.spec->policy.authorize)
    for (const std::string& principal : plan.principals)
      termination.tls.peer_names.push_back(kSpiffe + principal);
  termination.look_inside = generate::checks_inner_sni(plan, destination);
  if (!termination.look_inside) {
    RouteConfig out = std::move(inner);
    out.names = flow.server_hosts;
    if (*destination.destination->via == Via::Originate)
      out.tls = originated_tls(destination, flow, around);
    out.termination = std::move(termination);
    return out;
  }
  RouteConfig out;
  out.names = flow.server_hosts;
  out.cluster = generate::sni_cluster_name(flow);
  termination.listener = generate::sni_listener_name(flow);
  termination.inside = {std::move(inner)};
  // Strict asks that the outer name is the inner one where the sidecar passes it on.
  termination.same_name = *plan.spec->policy.inner_sni == spec::InnerSni::Strict;
  out.termination = std::move(termination);
  return out;
}

}  // namespace

std::vector<RoleListener> sidecar(const Plan& plan, const Surroundings& around) {
  Listeners out;
  for (const DestinationPlan& destination : plan.destinations) {
    if (*destination.destination->via == Via::Direct) add_direct(destination, around, out);
    const bool plain = *destination.destination->via == Via::Originate;
    for (const Flow& flow : destination.flows) {
      RoleListener& listener = out.at(flow.port);
      (plain ? listener.plain : listener.routes).push_back(wrapped_route(plan, flow, around));
    }
  }
  std::vector<RoleListener> listeners = out.take();
  if (*plan.spec->policy.outbound != spec::Outbound::AllowAny) return listeners;
  for (RoleListener& listener : listeners) {
    listener.routes.push_back(passthrough(listener.port, around));
    if (around.transparent || !listener.plain.empty())
      listener.plain.push_back(passthrough(listener.port, around));
  }
  return listeners;
}

std::vector<RoleListener> gateway(const Plan& plan, const Surroundings& around) {
  Listeners out;
  for (const DestinationPlan& destination : plan.destinations)
    for (const Flow& flow : destination.flows)
      out.at(flow.gateway_port.target, flow.gateway_port.service)
          .routes.push_back(gateway_chain(plan, destination, flow, around));
  return out.take();
}

std::vector<RoleListener> sni_proxy(const Plan& plan, const Surroundings& around) {
  Listeners out;
  for (const DestinationPlan& destination : plan.destinations)
    for (const Flow& flow : destination.flows) {
      RouteConfig route = upstream_route(destination, flow, around);
      const bool plain = *destination.destination->via == Via::Originate;
      if (plain) route.tls = originated_tls(destination, flow, around);
      RoleListener& listener = out.at(flow.port);
      (plain ? listener.plain : listener.routes).push_back(std::move(route));
    }
  return out.take();
}

std::string gateway_identity(const Plan& plan) {
  const spec::Gateway& gateway = plan.spec->gateway;
  return fmt::format("{}{}/ns/{}/sa/{}", kSpiffe, plan.spec->istio.trust_domain, gateway.name_space,
                     gateway.service_account);
}

std::string client_identity(const Plan& plan) {
  const std::string name_space = plan.clients.empty() ? "default" : plan.clients.front().name_space;
  std::string principal = plan.clients.empty() || plan.clients.front().principals.empty()
                              ? "*"
                              : plan.clients.front().principals.front();
  // Any account of the namespace: that which pods have when none is written.
  if (principal.ends_with('*'))
    principal = fmt::format("{}/ns/{}/sa/default", plan.spec->istio.trust_domain, name_space);
  return kSpiffe + principal;
}

std::string sample_name(const std::vector<std::string>& hosts) {
  const std::string& first = hosts.front();
  if (!is_wildcard(first)) return first;
  const bool top_level = first.find('.', 2) == std::string::npos;
  return (top_level ? "www.example" : "www") + first.substr(1);
}

}  // namespace egressctl::datapath
