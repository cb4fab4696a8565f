#include "lib/topology/clusters.h"

#include <algorithm>

#include "lib/topology/upstream_tls.h"

namespace egressctl::topology {
namespace {

using resource::ClientTlsMode;
using resource::H2UpgradePolicy;
using resource::LoadBalancing;
using resource::Protocol;

bool is_http2(Protocol protocol) {
  return protocol == Protocol::Http2 || protocol == Protocol::Grpc || protocol == Protocol::GrpcWeb;
}

ClusterType type_of(const View& view, const Service& service) {
  switch (service.resolution) {
    case Resolution::Dns: return ClusterType::StrictDns;
    case Resolution::DnsRoundRobin: return ClusterType::LogicalDns;
    case Resolution::Passthrough:
      // What a client dialled is not known behind a gateway.
      return view.is_router() ? ClusterType::Eds : ClusterType::OriginalDst;
    default: return ClusterType::Eds;
  }
}

// Whether endpoints that Kubernetes calls unready are left out.
bool drops_unhealthy(const EffectivePolicy& policy) {
  return policy.outlier_detection && *policy.outlier_detection->min_health_percent > 0;
}

bool mesh_upgrades(const View& view) {
  const resource::MeshConfig* config = view.snapshot.mesh.settings().mesh_config;
  return config != nullptr && *config->h2_upgrade_policy == H2UpgradePolicy::Upgrade;
}

// Source: shouldH2Upgrade of istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go.
bool speaks_http2(const View& view, const mesh::ServicePort& port, const EffectivePolicy& policy) {
  const bool asked = is_http2(port.protocol);
  const bool upgraded = asked || (mesh_upgrades(view) && resource::is_http(port.protocol));
  if (!policy.connection_pool || !policy.connection_pool->http.present()) return upgraded;
  const resource::HttpPool& http = *policy.connection_pool->http;
  if (*http.use_client_protocol) return false;
  // What the sidecar tells by the first bytes goes on as it came.
  const bool sniffed = !view.is_router() && port.protocol == Protocol::Unsupported;
  switch (*http.h2_upgrade_policy) {
    case H2UpgradePolicy::Upgrade: return asked || !sniffed;
    case H2UpgradePolicy::DoNotUpgrade: return asked;
    default: return upgraded;
  }
}

LbPolicy hashed(const resource::LoadBalancer& balancer) {
  const yaml::Node* hash = balancer.consistent_hash.node;
  return hash->find("maglev") != nullptr ? LbPolicy::Maglev : LbPolicy::RingHash;
}

void set_load_balancing(const EffectivePolicy& policy, Cluster& cluster) {
  if (cluster.lb_policy == LbPolicy::ClusterProvided) return;
  if (cluster.type == ClusterType::OriginalDst) {
    cluster.lb_policy = LbPolicy::ClusterProvided;
    return;
  }
  const LoadBalancing simple =
      policy.load_balancer ? *policy.load_balancer->simple : LoadBalancing::Unspecified;
  switch (simple) {
    case LoadBalancing::Random: cluster.lb_policy = LbPolicy::Random; break;
    case LoadBalancing::RoundRobin: cluster.lb_policy = LbPolicy::RoundRobin; break;
    case LoadBalancing::Passthrough:
      cluster.lb_policy = LbPolicy::ClusterProvided;
      cluster.type = ClusterType::OriginalDst;
      cluster.endpoints.clear();
      break;
    default: cluster.lb_policy = LbPolicy::LeastRequest;
  }
  if (policy.load_balancer && policy.load_balancer->consistent_hash.present())
    cluster.lb_policy = hashed(**policy.load_balancer.value);
  if (policy.load_balancer)
    cluster.causes.push_back({policy.load_balancer.resource, policy.load_balancer.value->range});
}

// Makes the clusters of one port of a service.
class PortClusters {
 public:
  PortClusters(const View& view, const Service& service, const mesh::ServicePort& port,
               const MergedRule* rule, bool by_sni)
      : view_(view),
        service_(service),
        port_(port),
        rule_(rule),
        by_sni_(by_sni),
        instances_(view.snapshot.endpoints.of(service.host, service.name_space)) {}

  void add_to(std::vector<Cluster>& out) const {
    const EffectivePolicy policy = policy_of(rule_, port_.number);
    std::optional<Cluster> base = make({}, type_of(view_, service_), policy, nullptr);
    if (!base) return;
    const ClusterType type = base->type;
    out.push_back(*std::move(base));
    // Source: pilot/pkg/networking/core/cluster_builder.go (applyDestinationRule).
    if (rule_ == nullptr || service_.is_dynamic()) return;
    for (const RuleSubset& subset : rule_->subsets)
      if (auto cluster =
              make(*(*subset.subset)->name, type, policy_of(*rule_, subset, port_.number), &subset))
        out.push_back(*std::move(cluster));
  }

  [[nodiscard]] Cluster dynamic() const {
    Cluster out = named({});
    out.type = ClusterType::Custom;
    out.custom_type = kDynamicForwardProxy;
    out.lb_policy = LbPolicy::ClusterProvided;
    const EffectivePolicy policy = policy_of(rule_, port_.number);
    set_limits(policy, out);
    set_tls(policy, nullptr, true, out);
    return out;
  }

 private:
  [[nodiscard]] Cluster named(std::string_view subset) const {
    Cluster out;
    out.name = by_sni_ ? mutual_tls_name(subset, service_.host, port_.number)
                       : cluster_name(subset, service_.host, port_.number);
    out.service = service_.host;
    out.subset = subset;
    out.port = static_cast<std::uint32_t>(port_.number);
    out.owner = service_.source->resource;
    out.rule = rule_ != nullptr ? rule_->from.front() : nullptr;
    out.causes.push_back({service_.source->resource, port_.range});
    return out;
  }

  void set_limits(const EffectivePolicy& policy, Cluster& out) const {
    out.http2 = speaks_http2(view_, port_, policy);
    out.connection_pool = policy.connection_pool.get();
    out.outlier_detection = policy.outlier_detection.get();
  }

  // std::nullopt for a name that is to be resolved but that no endpoint has.
  [[nodiscard]] std::optional<Cluster> make(std::string_view subset, ClusterType type,
                                            const EffectivePolicy& policy,
                                            const RuleSubset* rule_subset) const {
    Cluster out = named(subset);
    out.type = type;
    if (rule_subset != nullptr) {
      out.causes.insert(out.causes.begin(), {rule_subset->resource, rule_subset->subset->range});
      if (passes_through_by(*rule_subset)) out.type = ClusterType::OriginalDst;
    }
    const bool some = set_endpoints(policy, rule_subset, out);
    const bool resolves = out.type == ClusterType::StrictDns || out.type == ClusterType::LogicalDns;
    if (resolves && !some) return std::nullopt;
    set_limits(policy, out);
    set_load_balancing(policy, out);
    if (!by_sni_) set_tls(policy, rule_subset, false, out);
    if (out.type == ClusterType::OriginalDst) out.lb_policy = LbPolicy::ClusterProvided;
    return out;
  }

  static bool passes_through_by(const RuleSubset& subset) {
    const auto& policy = (*subset.subset)->traffic_policy;
    return policy.present() && *policy->load_balancer->simple == LoadBalancing::Passthrough;
  }

  // Whether there are any, also when all are left out because they take no mTLS
  // (endpoint_builder.go, EndpointsWithMTLSFilter: its localities stay).
  bool set_endpoints(const EffectivePolicy& policy, const RuleSubset* subset, Cluster& out) const {
    if (out.type == ClusterType::OriginalDst) return false;
    bool some = false;
    const bool eds = out.type == ClusterType::Eds;
    // Names can't be endpoints of a cluster whose endpoints istiod sends.
    const bool only_healthy = drops_unhealthy(policy);
    const auto written = written_tls_mode(rule_, subset, port_.number);
    for (const Instance* instance : eds ? instances_.named(port_.name) : instances_.at(port_)) {
      if (eds && instance->port != 0 && !is_ipv4(instance->address) &&
          !is_ipv6(instance->address) && !instance->address.starts_with("pod:"))
        continue;
      if (subset != nullptr && !instance->has((*subset->subset)->labels)) continue;
      if (only_healthy && !instance->healthy) continue;
      some = true;
      const bool mutual = takes_mutual_tls(*instance, written);
      // Nobody can tell there whether clients speak mTLS.
      if (by_sni_ && !mutual) continue;
      out.endpoints.push_back({.address = instance->address,
                               .port = instance->port,
                               .healthy = instance->healthy,
                               .mutual_tls = mutual,
                               .source = instance->source});
    }
    return some;
  }

  // Whether proxies take the endpoint for one that ends mTLS; `written`: what a rule says.
  //
  // Source: istio/istio pilot/pkg/xds/endpoints/mtls_checker.go (checkMtlsEnabled).
  [[nodiscard]] bool takes_mutual_tls(const Instance& instance,
                                      const std::optional<ClientTlsMode>& written) const {
    if (!instance.mutual_tls) return false;
    if (written) return *written == ClientTlsMode::IstioMutual;
    const auto has = [&](const resource::TextMap& selector) { return instance.has(selector); };
    return view_.snapshot.peers.of_workload(service_.name_space, has).at(instance.port) !=
           MutualTlsMode::Disable;
  }

  void set_tls(const EffectivePolicy& policy, const RuleSubset* subset, bool dynamic,
               Cluster& out) const {
    UpstreamTlsInput input;
    input.tls = policy.tls;
    if (!dynamic) input.mutual_tls_name = mutual_tls_name(out.subset, service_.host, port_.number);
    if (!dynamic) input.identities = &instances_.identities;
    input.external_service = !service_.is_kubernetes();
    input.dynamic = dynamic;
    input.rule_has_selector = rule_ != nullptr && rule_->selector != nullptr;
    if (!policy.tls) {
      // Only what the subset or the rule as a whole says of passing through is looked at.
      const bool passthrough = subset != nullptr ? passes_through_by(*subset)
                                                 : rule_ != nullptr && rule_->policy != nullptr &&
                                                       *(*rule_->policy)->load_balancer->simple ==
                                                           LoadBalancing::Passthrough;
      input.auto_mutual_tls = uses_auto_mutual_tls(view_, service_, port_, passthrough);
    }
    set_upstream_tls(view_, input, out);
  }

  const View& view_;
  const Service& service_;
  const mesh::ServicePort& port_;
  const MergedRule* rule_;
  bool by_sni_;
  const ServiceInstances& instances_;
};

bool is_dynamic_protocol(Protocol protocol) {
  return protocol == Protocol::Http || protocol == Protocol::Tls || protocol == Protocol::Grpc ||
         protocol == Protocol::Http2;
}

Cluster fixed(std::string_view name, ClusterType type) {
  Cluster out;
  out.name = name;
  out.type = type;
  if (type == ClusterType::OriginalDst) out.lb_policy = LbPolicy::ClusterProvided;
  return out;
}

}  // namespace

std::vector<Cluster> service_clusters(const View& view) {
  std::vector<Cluster> out;
  out.reserve(view.scope.services.size());
  for (const Service* service : view.scope.services) {
    if (service->resolution == Resolution::Alias) continue;
    const MergedRule* rule = view.scope.rule(service->host, view.proxy);
    const bool dynamic = service->is_dynamic();
    for (const mesh::ServicePort* port : service->ports) {
      if (port->protocol == Protocol::Udp) continue;
      const PortClusters clusters(view, *service, *port, rule, false);
      if (!dynamic) {
        clusters.add_to(out);
      } else if (is_dynamic_protocol(port->protocol)) {
        out.push_back(clusters.dynamic());
      }
    }
  }
  return out;
}

std::vector<Cluster> sni_clusters(const View& view) {
  std::vector<Cluster> out;
  for (const Service* service : view.scope.services) {
    if (service->external) continue;
    const MergedRule* rule = view.scope.rule(service->host, view.proxy);
    for (const mesh::ServicePort* port : service->ports)
      if (port->protocol != Protocol::Udp)
        PortClusters(view, *service, *port, rule, true).add_to(out);
  }
  return out;
}

std::vector<Cluster> fixed_clusters(const View& view) {
  std::vector<Cluster> out = {fixed(kBlackHoleCluster, ClusterType::Static)};
  if (view.is_router()) return out;
  out.push_back(fixed(kPassthroughCluster, ClusterType::OriginalDst));
  out.push_back(fixed("InboundPassthroughCluster", ClusterType::OriginalDst));
  if (view.scope.outbound != resource::OutboundMode::AllowAnyDynamicDns) return out;
  Cluster& any = out.emplace_back(fixed(kAllowAnyDynamicDnsCluster, ClusterType::Custom));
  any.custom_type = kDynamicForwardProxy;
  any.lb_policy = LbPolicy::ClusterProvided;
  any.causes = view.scope.outbound_causes;
  return out;
}

}  // namespace egressctl::topology
