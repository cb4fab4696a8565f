// TLS as a server (a listener's chain) and as a client (a cluster) have it.
//
// Source: envoy.extensions.transport_sockets.tls.v3.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/topology/cause.h"
#include "lib/topology/written.h"

namespace egressctl::topology {

enum class TlsKind {
  IstioMutual,  // certificates of the mesh's CA
  Mutual,
  Simple,
  OptionalMutual,  // servers only: a client may show a certificate
};

// Names of secrets are those that istiod makes: "default" is the workload's own certificate,
// "kubernetes://NAME" a Secret, "file-cert:CERT~KEY" files in the proxy.
struct DownstreamTls {
  TlsKind kind = TlsKind::Simple;
  bool require_client_certificate = false;
  std::vector<std::string> alpn;
  std::vector<std::string> subject_alt_names;  // of clients, each exact; empty: any
  std::vector<std::string> certificates;
  std::string trust;  // of clients' certificates, as in UpstreamTls; empty: unchecked
  Causes causes;
  Written written = {};  // of transport sockets
};

struct UpstreamTls {
  TlsKind kind = TlsKind::Simple;
  std::string sni;                             // empty: none, but see auto_sni
  std::vector<std::string> alpn;               // as offered; empty: none
  std::vector<std::string> subject_alt_names;  // of the server, each exact; empty: any
  std::vector<std::string> certificates;       // shown to the server; empty: none
  std::string trust;  // "ROOTCA", "file-root:PATH", "kubernetes://NAME-cacert"; empty: unchecked
  bool auto_sni = false;  // of HTTP alone: the request's host name
  bool auto_san_validation = false;
  Causes causes;
  Written written = {};  // of transport sockets
};

// A context that holds for endpoints with a label, for auto mTLS.
struct UpstreamTlsMatch {
  std::string name;                // "tlsMode-istio" or "tlsMode-disabled"
  std::optional<UpstreamTls> tls;  // std::nullopt: plain text
};

}  // namespace egressctl::topology
