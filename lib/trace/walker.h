// One walk of a connection from proxy to proxy. Its methods are in walk.cc, to the cluster of a
// proxy, and in walk_onward.cc, from there to the next proxy or to the end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/topology/matching.h"
#include "lib/trace/branches.h"
#include "lib/trace/destination.h"
#include "lib/trace/log_lines.h"
#include "lib/trace/pods.h"
#include "lib/trace/policy.h"
#include "lib/trace/walk.h"

namespace egressctl::trace {

// Used for one walk.
class Walker {
 public:
  Walker(const mesh::Mesh& mesh, const mesh::NetworkPolicyIndex& policies, const Request& request,
         const Topologies& topology_of, Branches& branches);

  [[nodiscard]] Trace walk();

 private:
  struct Peer {
    std::string identity;  // of mTLS that ends at this proxy; empty: none
    std::string name_space;
  };
  // An endpoint of a cluster, and its pod or a workload that would make one; nullptr: nothing in
  // the input is behind it.
  struct Next {
    const topology::Endpoint* endpoint = nullptr;
    const mesh::Workload* workload = nullptr;
  };

  void enter_sidecar();
  // Past the client's sidecar: what is inside of the mesh is reached as by any pod.
  void go_around(WayAround way);
  void leave_around(WayAround& way);
  // What the application writes first, or what is left of it behind TLS that was ended.
  void set_first_bytes(topology::Connection& connection, const std::string& name) const;
  Hop& start(Place place, const topology::Proxy& proxy);
  Trace finish();
  void stop(Verdict verdict, std::string reason, Failure failure = Failure::None,
            topology::Causes blame = {});
  [[nodiscard]] Hop& hop() { return out_.hops.back(); }
  [[nodiscard]] bool in_sidecar() const { return !gateway_; }
  [[nodiscard]] const topology::Proxy& sender() const {
    return gateway_ ? *gateway_ : request_.client;
  }
  // Whether NetworkPolicies keep the connection from where it goes, which ends the walk.
  bool is_kept(std::optional<KeptIn> kept);
  // Through the filter chain of a listener.
  void pass(const topology::Topology& proxy, const topology::Listener& listener,
            const topology::Connection& connection, const Peer& peer);
  [[nodiscard]] std::string spiffe_id_of(const topology::Proxy& proxy) const;
  [[nodiscard]] Facts facts_of(const topology::Connection& connection, const Peer& peer,
                               const topology::NetworkFilter& filter) const;
  // Of a chain that has no target.
  void stop_at_end(const topology::Listener& listener, const topology::FilterChain& chain);
  // Whether the chain's policies let the connection pass; when not, that ends the walk.
  bool is_let_in(const topology::FilterChain& chain, const topology::Connection& connection,
                 const Peer& peer);
  bool is_let_in(const topology::NetworkFilter& filter, const Facts& facts);
  void add_note(const std::string& note);
  void route(const topology::Topology& proxy, const std::string& name,
             const topology::FilterChain& chain);
  // Whether an injected fault answers all requests, which ends the walk.
  bool is_aborted(const topology::Route& route);
  // To the cluster of a target; of weighted ones the heaviest first.
  void forward(const topology::Topology& proxy, const topology::Target& target,
               const topology::FilterChain* chain, const topology::Connection& connection);
  void connect(const topology::Cluster& cluster, const topology::FilterChain& chain,
               const topology::Connection& connection);
  // Makes the TLS that a cluster asks for.
  void wrap(const topology::UpstreamTls& tls);
  // At an endpoint of the network.
  void arrive(const topology::Cluster& cluster, const Next& next,
              const std::optional<topology::UpstreamTls>& tls);
  [[nodiscard]] std::string name_in(const topology::UpstreamTls& tls) const;
  // Of several that differ the first first.
  [[nodiscard]] Next choose(const topology::Cluster& cluster);
  [[nodiscard]] std::vector<Next> behind(const topology::Cluster& cluster) const;
  void enter_internal(const std::string& name);
  void enter_gateway(const topology::Proxy& proxy, std::uint32_t port,
                     const std::optional<topology::UpstreamTls>& tls,
                     const topology::Cluster& cluster);
  // An endpoint that is no gateway of the mesh.
  void reach(const topology::Cluster& cluster, const topology::Endpoint& endpoint);
  // Whether a host's port understands what arrives; when not, that ends the walk.
  bool is_understood(const mesh::Service& service, std::uint32_t number,
                     const topology::Causes& causes);
  [[nodiscard]] const mesh::Service* service_of(const topology::Cluster& cluster) const;
  void judge(const topology::Cluster& cluster, Verdict verdict, std::string reason);
  // By a filter that has a port for all names; 0: it has none.
  void leave_by_sni(const std::string& name, const topology::Cluster& cluster, std::uint32_t port);
  // To a name or an address that the proxy learns from the connection.
  void leave(const std::string& host, std::uint32_t port);

  const mesh::Mesh& mesh_;
  const mesh::NetworkPolicyIndex& policies_;
  const Request& request_;
  const Topologies& topology_of_;
  Branches& branches_;
  Destination meant_;
  std::string sni_;
  std::string inner_sni_;
  int tls_layers_ = 0;         // around what the application says
  std::string forwarded_sni_;  // that a filter puts in place of the cluster's; empty: none
  std::optional<topology::Proxy> gateway_;
  Failure failure_ = Failure::None;
  std::string client_failure_;  // that the client's proxy sees of a failed handshake
  Trace out_;
};

}  // namespace egressctl::trace
