#include "lib/logs/request.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "lib/base/text.h"

namespace egressctl::logs {
namespace {

constexpr std::uint32_t kHttpsPort = 443;

std::string_view ip_of(std::string_view address) {
  std::string_view ip = address.substr(0, address.rfind(':'));
  if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  return ip;
}

std::uint32_t port_of(std::string_view address) {
  const std::string_view text = address.substr(address.rfind(':') + 1);
  std::uint32_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out != 0 ? out : kHttpsPort;
}

// "ubuntu-6d5f-x2x" of "pod/ubuntu-6d5f-x2x/istio-proxy" or "ubuntu-6d5f-x2x
// istio-proxy".
std::string_view pod_of(std::string_view source) {
  if (source.starts_with("pod/")) source.remove_prefix(4);
  return source.substr(0, source.find_first_of("/ "));
}

}  // namespace

ClientIndex::ClientIndex(const mesh::Mesh& mesh) : mesh_(mesh) {
  std::size_t clients = 0;
  for (const mesh::Workload& workload : mesh.workloads().all()) {
    if (topology::proxy_of(mesh, workload).type == topology::ProxyType::Sidecar) {
      ++clients;
      only_client_ = &workload;
    }
    const auto* pod = workload.resource->as<resource::Pod>();
    if (pod != nullptr && !pod->status->pod_ip->empty())
      by_address_.try_emplace(*pod->status->pod_ip, &workload);
  }
  if (clients != 1) only_client_ = nullptr;
}

std::optional<topology::Proxy> ClientIndex::client_of(const LoggedConnection& connection) const {
  const LoggedHop& first = connection.hops.front();
  const auto by_address = by_address_.find(ip_of(first.entry.downstream_remote));
  if (by_address != by_address_.end()) return topology::proxy_of(mesh_, *by_address->second);
  if (first.role == Role::Sidecar || first.role == Role::Unknown) {
    // A pod of a Deployment has the Deployment's name and two parts more.
    std::string_view name = pod_of(first.entry.source);
    for (int part = 0; part < 3 && !name.empty(); ++part) {
      if (auto proxy = topology::find_proxy(mesh_, std::string(name))) return *std::move(proxy);
      name = name.substr(0, name.find('-') == std::string_view::npos ? 0 : name.rfind('-'));
    }
  }
  if (only_client_ == nullptr) return std::nullopt;
  return topology::proxy_of(mesh_, *only_client_);
}

std::optional<trace::Request> ClientIndex::request_of(const LoggedConnection& connection) const {
  const Entry& first = connection.hops.front().entry;
  const bool gateways_alone = connection.hops.front().role == Role::Gateway;
  auto client = client_of(connection);
  if (!client) return std::nullopt;
  trace::Request out;
  out.client = *std::move(client);
  std::string_view host = connection.host();
  // A gateway sees the outer SNI; where it went says more of what was meant.
  if (gateways_alone && connection.of(Role::InternalListener) == nullptr) {
    const std::string_view cluster = connection.hops.back().entry.cluster;
    if (cluster.starts_with("outbound|")) host = cluster.substr(cluster.rfind('|') + 1);
  }
  if (host.empty() || host.starts_with("outbound_.")) return std::nullopt;
  out.port = gateways_alone ? kHttpsPort : port_of(first.downstream_local);
  if (first.is_http()) {
    out.protocol = trace::Protocol::Http;
    if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
      out.port = port_of(host);
      host = host.substr(0, colon);
    }
    if (!first.path.empty()) out.path = first.path;
  } else {
    out.protocol = trace::Protocol::Tls;
  }
  out.host = host;
  const Entry* inner = connection.of(Role::InternalListener);
  if (inner != nullptr && !inner->server_name.empty() && inner->server_name != host)
    out.inner_sni = std::string(inner->server_name);
  return out;
}

}  // namespace egressctl::logs
