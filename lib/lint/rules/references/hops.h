// Which proxies use the destinations of routes, and in which namespace they look them up.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "lib/lint/context.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {

// A destination as the proxies of one namespace use it.
struct Hop {
  const mesh::VirtualService* service = nullptr;
  const mesh::Route* route = nullptr;
  const mesh::RouteTarget* target = nullptr;   // of the route, or a mirror of it
  const mesh::GatewayView* gateway = nullptr;  // nullptr: sidecars
  std::string_view client;                     // empty when the input does not tell
  bool mirror = false;
};

// Immutable once built; see Context::shared. Points into the context.
class Hops {
 public:
  explicit Hops(const Context& in);
  Hops(const Hops&) = delete;
  Hops& operator=(const Hops&) = delete;

  // In the order of the input; a destination has one for each namespace that uses it. Sidecars of
  // all namespaces that see a VirtualService are stood for by one.
  [[nodiscard]] const std::vector<Hop>& all() const { return all_; }

  // Whether pods that are no gateways, and are not known to lack a sidecar, run in the namespace.
  [[nodiscard]] bool has_clients(std::string_view name_space) const {
    return clients_.contains(name_space);
  }

  // Whether the input has any such pod.
  [[nodiscard]] bool knows_clients() const { return !clients_.empty(); }

  // Whether a route of sidecars leads to the host.
  [[nodiscard]] bool lead_to(std::string_view host) const { return dialled_.contains(host); }

  // One of the namespaces with such pods, not the root namespace; empty when there is none.
  [[nodiscard]] std::string_view some_client() const { return some_client_; }

  // Whether pods are known to run in the namespace, and none of them has a sidecar.
  [[nodiscard]] bool lacks_sidecars(std::string_view name_space) const {
    return populated_.contains(name_space) && !clients_.contains(name_space);
  }

  // Whether all that is known to run in the namespace are gateways.
  [[nodiscard]] bool is_gateways_only(std::string_view name_space) const {
    return gateways_.contains(name_space) && !clients_.contains(name_space);
  }

 private:
  void add(const Context& in, const mesh::VirtualService& service, const mesh::Route& route,
           const mesh::RouteTarget& target, bool mirror);
  void add_mirrors(const Context& in, const mesh::VirtualService& service,
                   const mesh::Route& route);
  [[nodiscard]] std::vector<std::string_view> clients_of(const mesh::VirtualService& service) const;
  [[nodiscard]] std::vector<std::string_view> places_of(const mesh::GatewayView& gateway) const;

  std::vector<Hop> all_;
  std::deque<mesh::RouteTarget> mirrors_;
  std::unordered_set<std::string_view> dialled_;    // hosts that routes of sidecars lead to
  std::unordered_set<std::string_view> clients_;    // namespaces
  std::unordered_set<std::string_view> gateways_;   // namespaces
  std::unordered_set<std::string_view> populated_;  // namespaces with pods of whatever kind
  std::string_view some_client_;                    // a namespace with such pods
  std::string_view meshed_client_;                  // one where they are known to have sidecars
};

// The namespace of the service that proxies of `client` take for the host, by its name where the
// input lacks it; empty when nothing tells.
[[nodiscard]] std::string_view owner_of(const mesh::Mesh& mesh, std::string_view host,
                                        std::string_view client);

// "name.namespace.svc.<cluster domain>" taken apart; both empty for any other host.
[[nodiscard]] mesh::ServiceName cluster_name(const mesh::Mesh& mesh, std::string_view host);

// Whether the input holds what the host would stand among, so that its absence means something.
[[nodiscard]] bool should_be_there(const Context& in, std::string_view host);

// What would have the host: "Service" for a name of the cluster, else "ServiceEntry".
[[nodiscard]] std::string_view kind_of_host(const mesh::Mesh& mesh, std::string_view host);

// Whether one of the services of a host has the port, or does not say which it has. Several
// ServiceEntries may share a host; which of them counts is a matter of visibility.
[[nodiscard]] bool may_have_port(const std::vector<const mesh::Service*>& services,
                                 std::int64_t port);

// "80, 443"
[[nodiscard]] std::string ports_of(const mesh::Service& service);

}  // namespace egressctl::lint::rules
