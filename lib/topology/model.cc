#include "lib/topology/model.h"

#include <algorithm>

#include <fmt/format.h>

namespace egressctl::topology {
namespace {

const Target kNoTarget;

template <typename T>
const T* find_named(const std::vector<T>& list, std::string_view name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const T& item) { return item.name == name; });
  return found != list.end() ? &*found : nullptr;
}

}  // namespace

bool FilterChainMatch::empty() const {
  return *this == FilterChainMatch{};
}

bool Target::empty() const {
  return cluster.empty() && weighted_clusters.empty() && route_config.empty();
}

std::string Target::inline_cluster() const {
  return std::string(route_config == kAllowAnyDynamicDns ? kAllowAnyDynamicDnsCluster
                                                         : std::string_view(route_config));
}

const Target& FilterChain::target() const {
  const auto found =
      std::find_if(filters.rbegin(), filters.rend(),
                   [](const NetworkFilter& filter) { return !filter.target.empty(); });
  return found != filters.rend() ? found->target : kNoTarget;
}

const NetworkFilter* FilterChain::filter(std::string_view wanted) const {
  return find_named(filters, wanted);
}

const NetworkFilter* FilterChain::sni_forwarder() const {
  const NetworkFilter* found = filter(kSniForwardProxy);
  return found != nullptr ? found : filter(kOwnSniForwardProxy);
}

bool RouteMatch::takes_all() const {
  const bool any_path =
      kind == PathMatchKind::Prefix ? path == "/" : kind == PathMatchKind::Regex && path == ".*";
  return any_path && headers.empty() && query_parameters.empty();
}

std::string Endpoint::text() const {
  return port == 0 ? address : fmt::format("{}:{}", address, port);
}

std::string_view type_name(const Cluster& cluster) {
  switch (cluster.type) {
    case ClusterType::Static: return "STATIC";
    case ClusterType::StrictDns: return "STRICT_DNS";
    case ClusterType::LogicalDns: return "LOGICAL_DNS";
    case ClusterType::Eds: return "EDS";
    case ClusterType::OriginalDst: return "ORIGINAL_DST";
    case ClusterType::Custom: return cluster.custom_type;
  }
  return {};
}

std::string_view to_string(LbPolicy policy) {
  switch (policy) {
    case LbPolicy::RoundRobin: return "ROUND_ROBIN";
    case LbPolicy::LeastRequest: return "LEAST_REQUEST";
    case LbPolicy::RingHash: return "RING_HASH";
    case LbPolicy::Random: return "RANDOM";
    case LbPolicy::Maglev: return "MAGLEV";
    case LbPolicy::ClusterProvided: return "CLUSTER_PROVIDED";
    case LbPolicy::LoadBalancingPolicyConfig: return "LOAD_BALANCING_POLICY_CONFIG";
  }
  return {};
}

const Listener* Topology::listener(std::string_view name) const {
  return find_named(listeners, name);
}

const Cluster* Topology::cluster(std::string_view name) const {
  const auto found =
      std::lower_bound(clusters.begin(), clusters.end(), name,
                       [](const Cluster& a, std::string_view wanted) { return a.name < wanted; });
  return found != clusters.end() && found->name == name ? &*found : nullptr;
}

const RouteConfiguration* Topology::route(std::string_view name) const {
  return find_named(routes, name);
}

}  // namespace egressctl::topology
