// What a sidecar, an egress gateway and an SNI proxy do with the connections of an egress spec.
//
// Names, outer SNIs and clusters are those of the plan that the manifests are generated from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/forward/config.h"
#include "lib/generate/plan.h"

namespace egressctl::datapath {

// A client of Istio's mTLS offers it. Istio's other word, istio-peer-exchange, would have to be
// followed by metadata.
inline constexpr const char* kMeshAlpn = "istio";

// Connections that arrive at one port.
struct RoleListener {
  std::uint16_t port = 443;          // that clients dial; of a gateway: the one of its pods
  std::uint16_t service_port = 443;  // of a gateway: the one of its Service; else `port`
  std::vector<forward::RouteConfig> routes;
  std::vector<forward::RouteConfig> plain;  // of what does not begin with TLS
};

// The other end of the mesh's mTLS, for a sidecar: where the gateway's Service port is to be found.
struct GatewayAddress {
  std::uint16_t service_port = 443;
  std::string host;
  std::uint16_t port = 443;
};

// What a spec does not say.
struct Surroundings {
  forward::CredentialPaths files;        // of this end of the mesh's mTLS
  forward::Credentials given;            // instead of files
  std::vector<GatewayAddress> gateways;  // of a sidecar; none: the Service of the cluster
  // Who vouches for hosts to which TLS is originated.
  forward::CredentialPaths host_authorities;
  forward::Credentials given_host_authorities;
  std::optional<forward::SocketAddress> upstream;  // stands in for all hosts
  bool transparent = false;  // a firewall redirects connections, so it is known where they go
};

// Sorted by port; `direct` hosts among them. With ALLOW_ANY a last route takes what none of them
// takes: to where it went when `transparent`, else to whatever its name means.
[[nodiscard]] std::vector<RoleListener> sidecar(const generate::Plan& plan,
                                                const Surroundings& around);

// Sorted by port. Each flow has a chain of its own; those behind which the spec has the inner SNI
// looked at have its allow-list.
[[nodiscard]] std::vector<RoleListener> gateway(const generate::Plan& plan,
                                                const Surroundings& around);

// What a gateway does without mTLS: the hosts of all flows. Sorted by port.
[[nodiscard]] std::vector<RoleListener> sni_proxy(const generate::Plan& plan,
                                                  const Surroundings& around);

// The SPIFFE id of the gateway's ServiceAccount, and one of a client that may leave: the first
// client's first account.
[[nodiscard]] std::string gateway_identity(const generate::Plan& plan);
[[nodiscard]] std::string client_identity(const generate::Plan& plan);

// A name to try: the first host, or for a wildcard "www." below it.
[[nodiscard]] std::string sample_name(const std::vector<std::string>& hosts);

}  // namespace egressctl::datapath
