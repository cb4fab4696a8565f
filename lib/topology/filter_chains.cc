#include "lib/topology/filter_chains.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "lib/base/number.h"

namespace egressctl::topology {
namespace {

bool has_star(const std::vector<std::string>& hosts) {
  return std::find(hosts.begin(), hosts.end(), "*") != hosts.end();
}

std::set<std::string> names_of(const std::vector<std::string>& hosts) {
  std::set<std::string> out(hosts.begin(), hosts.end());
  out.erase("*");
  return out;
}

bool is_unspecified(std::string_view cidr) {
  return cidr.starts_with("0.0.0.0/");
}

std::set<std::string> ranges_of(const std::vector<std::string>& cidrs) {
  std::set<std::string> out;
  for (const std::string& text : cidrs)
    if (std::string cidr = to_cidr(text); !cidr.empty() && !is_unspecified(cidr))
      out.insert(std::move(cidr));
  return out;
}

}  // namespace

bool ChainDraft::takes_all() const {
  return (sni_hosts.empty() || has_star(sni_hosts)) && application_protocols.empty() &&
         transport_protocol.empty() && cidrs.empty();
}

std::string ChainDraft::predicates() const {
  std::string out = transport_protocol;
  for (const std::string& protocol : application_protocols) out.append(" ").append(protocol);
  out.append("|");
  for (const std::string& name : names_of(sni_hosts)) out.append(" ").append(name);
  out.append("|");
  for (const std::string& range : ranges_of(cidrs)) out.append(" ").append(range);
  return out;
}

FilterChainMatch ChainDraft::match() const {
  FilterChainMatch out;
  if (takes_all()) return out;
  out.application_protocols = application_protocols;
  out.transport_protocol = transport_protocol;
  if (!has_star(sni_hosts)) {
    out.server_names = sni_hosts;
    std::stable_sort(out.server_names.begin(), out.server_names.end());
  }
  std::vector<std::string> sorted = cidrs;
  std::stable_sort(sorted.begin(), sorted.end());
  for (const std::string& text : sorted)
    if (std::string cidr = to_cidr(text); !cidr.empty() && !is_unspecified(cidr))
      out.prefix_ranges.push_back(std::move(cidr));
  return out;
}

NetworkFilter tcp_proxy(std::string cluster, Causes causes) {
  NetworkFilter out;
  out.name = kTcpProxy;
  out.target.cluster = std::move(cluster);
  out.causes = std::move(causes);
  return out;
}

NetworkFilter http_manager(std::string route_config, std::vector<Rbac> rbac, Causes causes) {
  NetworkFilter out;
  out.name = kHttpConnectionManager;
  out.target.route_config = std::move(route_config);
  out.rbac = std::move(rbac);
  out.causes = std::move(causes);
  return out;
}

std::vector<NetworkFilter> to_cluster(resource::Protocol protocol, std::string cluster,
                                      const Causes& causes) {
  std::vector<NetworkFilter> out;
  if (protocol == resource::Protocol::Mongo) {
    NetworkFilter& mongo = out.emplace_back();
    mongo.name = "envoy.filters.network.mongo_proxy";
    mongo.causes = causes;
  }
  out.push_back(tcp_proxy(std::move(cluster), causes));
  return out;
}

std::vector<NetworkFilter> to_targets(const View& view, const std::vector<RouteTarget>& targets,
                                      resource::Protocol protocol, std::int64_t listener_port,
                                      const Causes& causes) {
  const auto cluster_of = [&](const RouteTarget& target) {
    return destination_cluster(target, view.scope.service(target.host), listener_port);
  };
  if (targets.size() == 1)
    return to_cluster(protocol, cluster_of(targets.front()), {targets.front().cause});
  std::vector<NetworkFilter> out = to_cluster(protocol, {}, causes);
  for (const RouteTarget& target : targets)
    if (target.weight > 0)
      out.back().target.weighted_clusters.push_back({cluster_of(target), target.weight});
  return out;
}

CatchAll catch_all(const View& view) {
  const SidecarScope& scope = view.scope;
  if (scope.outbound == resource::OutboundMode::RegistryOnly ||
      scope.outbound == resource::OutboundMode::Unknown)
    return {std::string(kBlackHoleCluster), scope.outbound_causes};
  if (scope.egress_proxy == nullptr)
    return {std::string(kPassthroughCluster), scope.outbound_causes};
  const resource::Destination& proxy = *scope.egress_proxy;
  const std::int64_t port = proxy.port.present() ? *proxy.port->number : 0;
  return {cluster_name(*proxy.subset, *proxy.host, port), scope.outbound_causes};
}

std::string to_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  std::array<unsigned char, 16> bytes{};
  const bool four = inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
  if (!four && inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return {};
  const int all = four ? 32 : 128;
  int bits = all;
  if (slash != std::string_view::npos) {
    bits = parse_number<int>(text.substr(slash + 1)).value_or(-1);
    if (bits < 0 || bits > all) return {};
  }
  for (int i = 0; i < all / 8; ++i) {
    const int keep = std::clamp(bits - 8 * i, 0, 8);
    bytes[static_cast<std::size_t>(i)] &= static_cast<unsigned char>(0xff00U >> keep);
  }
  std::array<char, INET6_ADDRSTRLEN> out{};
  inet_ntop(four ? AF_INET : AF_INET6, bytes.data(), out.data(), out.size());
  return fmt::format("{}/{}", out.data(), bits);
}

}  // namespace egressctl::topology
