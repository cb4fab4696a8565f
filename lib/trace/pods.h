// What decides on a connection beside the proxies: whether the client's pod leads it to a sidecar,
// and the NetworkPolicies.
#pragma once

#include <optional>
#include <string>

#include "lib/mesh/network_policies.h"
#include "lib/topology/proxy.h"
#include "lib/trace/destination.h"

namespace egressctl::trace {

// The proxy's pod; of one that is not in the input its namespace, without labels. Refers to the
// proxy.
[[nodiscard]] mesh::Workload pod_of(const topology::Proxy& proxy);

// Why a connection does not go through a sidecar.
struct WayAround {
  std::string why;       // a sentence without a final stop
  bool ambient = false;  // ztunnel takes it
  topology::Causes causes;
};

// std::nullopt when the sidecar takes it, and for clients that are not in the input.
[[nodiscard]] std::optional<WayAround> way_around(const mesh::Mesh& mesh,
                                                  const topology::Proxy& client,
                                                  const Destination& destination,
                                                  std::uint32_t port);

struct KeptIn {
  std::string why;
  topology::Causes causes;
};

// What keeps a proxy's pod from a pod, or from a host of the internet, by name or by address;
// std::nullopt when no NetworkPolicy surely does. A proxy without a pod in the input has no labels.
[[nodiscard]] std::optional<KeptIn> kept_from(const mesh::NetworkPolicyIndex& policies,
                                              const topology::Proxy& from, const mesh::Workload& to,
                                              std::uint32_t port);
[[nodiscard]] std::optional<KeptIn> kept_in(const mesh::NetworkPolicyIndex& policies,
                                            const topology::Proxy& from, const std::string& host,
                                            std::uint32_t port);

}  // namespace egressctl::trace
