// What the pods of gateways listen for, port by port, as a policy at these pods sees it.
//
// Source: istio/istio pilot/pkg/networking/core/gateway.go (which filters a server gets),
// pilot/pkg/model/gateway.go (resolvePorts).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lib/lint/context.h"

namespace egressctl::lint::rules {

// What a policy can see of the connections of a server.
struct ServerTraits {
  bool http = false;      // requests: it is HTTP, and the gateway reads it
  bool sni = false;       // a TLS handshake
  bool identity = false;  // a client certificate

  bool operator==(const ServerTraits&) const = default;
};

[[nodiscard]] ServerTraits traits_of(const resource::Server& server);

// Servers with different traits, one of each sort.
class ServerSample {
 public:
  void add(const resource::Server& server);
  void add(const ServerSample& other);

  [[nodiscard]] bool empty() const;

  // A server for which `has` holds, or nullptr.
  template <typename Has>
  [[nodiscard]] const resource::Server* find(const Has& has) const {
    for (const resource::Server* server : servers_)
      if (server != nullptr && has(traits_of(*server))) return server;
    return nullptr;
  }

 private:
  std::array<const resource::Server*, 8> servers_{};
};

// The listeners of one gateway: a workload, or what a Gateway's selector means where the input
// lacks the pods.
class GatewayListeners {
 public:
  void add(const mesh::GatewayView& view);

  // The servers on some of the pods' ports (none given: on all) and, of these, where names are
  // given, those that serve one of the names. Empty when there is no such port or name.
  [[nodiscard]] ServerSample at(std::span<const std::int64_t> ports,
                                std::span<const std::string_view> names) const;

  [[nodiscard]] bool listens_on(std::int64_t port) const { return ports_.contains(port); }

  // Whether a Service tells which ports the pods listen on for those of the servers.
  [[nodiscard]] bool knows_ports() const { return knows_ports_; }

  // "80, 8443"
  [[nodiscard]] std::string ports() const;

  // Whether the server is one of these.
  [[nodiscard]] bool has(const resource::Server& server) const {
    return servers_.contains(&server);
  }

  // The port of the pods behind that port of a server, when it is another one; else 0.
  [[nodiscard]] std::int64_t moved_from(std::int64_t server_port) const;

 private:
  struct Port {
    ServerSample all;
    std::unordered_map<std::string_view, ServerSample> by_host;
  };

  static void add_named(const Port& port, std::string_view name, ServerSample& out);

  bool knows_ports_ = true;
  std::map<std::int64_t, Port> ports_;  // by the pods' ports
  std::unordered_set<const resource::Server*> servers_;
  std::map<std::int64_t, std::int64_t> pod_port_;  // of servers' ports
};

// The listeners of all gateways, for policies to be matched with them.
class GatewayListenerIndex {
 public:
  explicit GatewayListenerIndex(const Context& in);

  // The gateways that a policy in `name_space` binds: by its selector, or without one as all pods
  // of a namespace that holds gateways only. A policy of the root namespace binds pods everywhere;
  // without a selector it is for the whole mesh, and no gateway's own.
  [[nodiscard]] std::vector<const GatewayListeners*> bound(std::string_view name_space,
                                                           const resource::TextMap& selector) const;

  // The gateways that a policy in `name_space` binds by its targets, of which it has some.
  [[nodiscard]] std::vector<const GatewayListeners*> targeted(
      std::string_view name_space, const std::vector<const resource::TargetRef*>& targets) const;

 private:
  struct Absent {  // a gateway whose pods the input lacks
    std::string_view name_space;
    const resource::TextMap* selector = nullptr;
    GatewayListeners listeners;
  };

  void add_absent(const mesh::GatewayView& view, std::string_view place);
  [[nodiscard]] bool only_gateways(std::string_view name_space) const;

  const Context& in_;
  std::unordered_map<const mesh::Workload*, GatewayListeners> by_pod_;
  std::vector<const mesh::Workload*> named_;  // of these the pods with the name of a Gateway
  std::deque<Absent> absent_;
  std::unordered_map<std::string, GatewayListeners*> absent_by_name_;
  std::unordered_map<std::string_view, std::vector<const Absent*>> absent_in_;
  std::unordered_map<std::string_view, std::size_t> gateways_in_;  // pods of gateways
  std::unordered_map<std::string_view, std::size_t> pods_in_;      // all pods
};

}  // namespace egressctl::lint::rules
