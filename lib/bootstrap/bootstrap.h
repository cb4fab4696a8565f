// A proxy's topology as the bootstrap of a stock Envoy: all that istiod would send, as static
// resources.
//
// Source: envoy.config.bootstrap.v3. What a stock Envoy does not have (the filters whose names
// start with "istio.") is left out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/mesh/mesh.h"
#include "lib/topology/model.h"

namespace egressctl::bootstrap {

struct Address {
  std::string ip;
  std::uint32_t port = 0;
};

// Where the endpoints of a host are, in place of what the topology says.
struct EndpointOverride {
  // A service's host, the name of a cluster, or a name that an SNI proxy may be asked for
  // ("*.example.com" stands for those below it).
  std::string host;
  std::uint32_t port = 0;  // of the service; 0: any
  Address to;
};

// Where a listener listens, in place of its own address.
struct ListenAt {
  std::string listener;  // its name or its port; empty: every listener
  std::string ip;
  std::optional<std::uint32_t> port;  // std::nullopt: its own; 0: any that is free
};

// PEM files. Of an authority only `certificate` is there.
struct SecretFiles {
  std::string certificate;
  std::string key;
};

struct Options {
  // The first one that fits counts.
  std::vector<EndpointOverride> endpoints;

  // Empty: listeners are those of the pod, which iptables redirects to. Else those named here, and
  // no others, listen; the first one that fits counts.
  std::vector<ListenAt> listen;

  // Where secrets are: the workload's own as cert-chain.pem, key.pem and root-cert.pem, as Istio's
  // agent writes them; of a Secret NAME/tls.crt, NAME/tls.key and NAME/ca.crt, as it is mounted.
  std::string certificates = "/etc/certs";

  // Secrets that are elsewhere, by name: "default", "ROOTCA", that of a Secret.
  std::map<std::string, SecretFiles, std::less<>> secrets;

  Address admin = {"127.0.0.1", 15000};
  std::string access_log = "/dev/stdout";  // a file; its lines are in the mesh's format
  std::optional<Address> dns;              // the server to ask; std::nullopt: the machine's
};

enum class Form { YamlText, JsonText };

struct Bootstrap {
  std::string text;                // in the form that was asked for, with a final newline
  std::vector<std::string> notes;  // what was left out or differs, a sentence each; each once
};

// Never fails: what can't be told is left out, and noted. `mesh`: that of the topology.
[[nodiscard]] Bootstrap make(const mesh::Mesh& mesh, const topology::Topology& topology,
                             const Options& options, Form form = Form::YamlText);

}  // namespace egressctl::bootstrap
