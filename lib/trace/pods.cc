#include "lib/trace/pods.h"

#include <fmt/format.h>

#include "lib/mesh/injection.h"
#include "lib/trace/words.h"

namespace egressctl::trace {
namespace {

using mesh::Direction;
using mesh::PeerPort;
using mesh::Transport;
using mesh::Workload;
using topology::Proxy;

std::string name_of(const Workload& pod) {
  return pod.resource == nullptr
             ? std::string(pod.name_space)
             : fmt::format("{}/{}", pod.name_space, *pod.resource->metadata.name);
}

topology::Causes cause_of(const mesh::PolicyView& policy) {
  return {{.resource = policy.resource, .range = policy.resource->spec_range}};
}

}  // namespace

Workload pod_of(const Proxy& proxy) {
  static const resource::TextMap kNone;
  if (proxy.workload != nullptr) return *proxy.workload;
  Workload out;
  out.name_space = proxy.name_space;
  out.labels = &kNone;
  return out;
}

std::optional<WayAround> way_around(const mesh::Mesh& mesh, const Proxy& client,
                                    const Destination& destination, std::uint32_t port) {
  if (client.workload == nullptr) return std::nullopt;
  const Workload& pod = *client.workload;
  if (const auto none = mesh::no_sidecar(mesh, pod))
    return WayAround{.why = std::string(none->why),
                     .ambient = none->ambient,
                     .causes = {{.resource = none->resource, .range = none->range}}};
  const auto address = IpAddress::parse(destination.address);
  // Of a Service without an address it is one of the cluster's, of which annotations rarely speak.
  if (!address && destination.is_inside()) return std::nullopt;
  for (const mesh::Exclusion& one : mesh::exclusions_of(pod))
    if (one.covers(address, port))
      return WayAround{.why = mesh::describe(one),
                       .ambient = false,
                       .causes = {{.resource = pod.resource, .range = one.range}}};
  return std::nullopt;
}

std::optional<KeptIn> kept_from(const mesh::NetworkPolicyIndex& policies, const Proxy& from,
                                const Workload& to, std::uint32_t port) {
  const Workload pod = pod_of(from);
  const auto refusal = policies.refusal(pod, to, {Transport::Tcp, port});
  if (!refusal) return std::nullopt;
  const bool out = refusal->direction == Direction::Egress;
  return KeptIn{out ? fmt::format("NetworkPolicies do not let {} connect to {} at port {}",
                                  name_of(pod), name_of(to), port)
                    : fmt::format("NetworkPolicies do not let {} take connections of {} at port {}",
                                  name_of(to), name_of(pod), port),
                cause_of(*refusal->policy)};
}

std::optional<KeptIn> kept_in(const mesh::NetworkPolicyIndex& policies, const Proxy& from,
                              const std::string& host, std::uint32_t port) {
  const Workload pod = pod_of(from);
  const PeerPort peer{Transport::Tcp, port};
  const auto address = IpAddress::parse(host);
  const bool allowed = address ? policies.allows_egress(pod, {nullptr, *address}, peer)
                               : policies.way_out(pod, peer).has_value();
  if (allowed) return std::nullopt;
  return KeptIn{
      fmt::format("NetworkPolicies do not let {} connect to {}", name_of(pod), at(host, port)),
      cause_of(*policies.binding(pod, Direction::Egress).front())};
}

}  // namespace egressctl::trace
