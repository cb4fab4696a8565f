// One connection through the mesh, hop by hop: what each proxy does with it, why, and where it
// ends.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesh/mesh.h"
#include "lib/topology/topology.h"

namespace egressctl::trace {

enum class Protocol { Tls, Http, Tcp };

// What an application does.
struct Request {
  topology::Proxy client;
  std::string host;  // a name or an address
  std::uint32_t port = 0;
  std::optional<Protocol> protocol;  // std::nullopt: what the port is for
  std::optional<std::string> sni;    // of its ClientHello; std::nullopt: the host
  // The name that the gateway finds inside of the mesh's mTLS; std::nullopt: the same. A client
  // that goes around its sidecar may send another one.
  std::optional<std::string> inner_sni;
  std::string path = "/";
  // Follows the proxies alone: as if the sidecar took all that its pod sends, and no NetworkPolicy
  // held anything.
  bool proxies_only = false;
};

enum class Verdict {
  Delivered,     // through a gateway, or inside of the mesh, to the host that was meant
  Misrouted,     // to another host than the client meant
  Reset,         // a proxy or a peer breaks the connection off
  Blocked,       // refused on purpose: black hole, policy (of Kubernetes, too), allow-list
  Bypass,        // it leaves the mesh, but not through a gateway
  Unresolvable,  // a proxy has no endpoint for it
};

[[nodiscard]] std::string_view to_string(Verdict verdict);
[[nodiscard]] std::optional<Verdict> verdict_of(std::string_view word);

enum class Place {
  Pod,  // the client itself, when no sidecar takes its connection
  Sidecar,
  Gateway,
  InternalListener,
};

// The TLS that a proxy makes for the next hop.
struct HopTls {
  topology::TlsKind kind = topology::TlsKind::Simple;
  std::string sni;
  std::vector<std::string> alpn;
  std::vector<std::string> subject_alt_names;  // asked of the server; empty: any
  bool verified = false;                       // the server's certificate is checked
  std::string trust;               // the authority that it must come from, as in UpstreamTls
  std::vector<std::string> shown;  // certificates for the server; the workload's by its identity
};

// The TLS that ends at a proxy.
struct EndedTls {
  topology::TlsKind kind = topology::TlsKind::Simple;
  std::vector<std::string> shown;  // certificates for the client; the workload's by its identity
  bool asks = false;               // for a certificate of the client
  std::string trust;               // whose
  std::vector<std::string> subject_alt_names;  // of the client; empty: any
};

// What a proxy writes into its access log when the connection is over. Empty fields are "-", "*"
// stands for what is only known while it runs.
struct LogLine {
  bool written = false;
  topology::LogFormat format;
  std::string filter;    // a CEL expression that decides whether it is written; empty: none
  topology::Causes off;  // what turns it off
  std::string flags;     // "UF,URX"
  std::string details;
  std::string termination;
  std::string failure;  // of the upstream's transport
  std::string upstream_host;
  std::string cluster;
  std::string upstream_local;
  std::string downstream_local;
  std::string downstream_remote;
};

// What one proxy, or one internal listener of it, does.
struct Hop {
  Place place = Place::Sidecar;
  std::string proxy;        // "name.namespace"
  std::string listener;     // its name; empty: none took the connection
  std::string chain;        // what the chain matches, in words; empty: none took it
  std::string route;        // of HTTP: "configuration / virtual host"
  std::string cluster;      // empty: none
  std::string endpoint;     // "address:port"; empty: none
  std::string peer;         // the identity that the client showed here; empty: none
  std::string server_name;  // the SNI that was seen here
  std::optional<EndedTls> ends;
  std::optional<HopTls> tls;
  std::string note;  // what is remarkable
  topology::Causes causes;
  LogLine log;
};

struct Trace {
  Verdict verdict = Verdict::Reset;
  std::string reason;      // a sentence without a final stop
  std::string reached;     // "host:port" where it ends; empty: nowhere
  std::string flags;       // the response flags nearest to the fault: "NR", "UH", ...
  topology::Causes blame;  // what is at fault; empty when nothing is
  std::vector<Hop> hops;
};

// Traces through one mesh; topologies are computed once for each proxy. Safe to use from several
// threads. The Mesh must outlive it and all that it returns.
class Tracer {
 public:
  explicit Tracer(const mesh::Mesh& mesh);
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  [[nodiscard]] Trace trace(const Request& request) const;

  // What istiod would send the proxy.
  [[nodiscard]] const topology::Topology& topology_of(const topology::Proxy& proxy) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace egressctl::trace
