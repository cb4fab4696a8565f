#include "lib/envoy/names.h"

#include <algorithm>
#include <iterator>

#include "lib/envoy/patch_checks.h"
#include "lib/envoy/visit.h"

namespace egressctl::envoy {
namespace {

using resource::ApplyTo;
using resource::ConfigPatch;
using resource::PatchOperation;

struct Reference {
  std::string_view message;
  std::string_view field;
};

// Fields that hold the name of a cluster.
constexpr Reference kClusterFields[] = {
    {"envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", "cluster"},
    {"envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight",
     "name"},
    {"envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig", "cluster"},
    {"envoy.config.route.v3.RouteAction", "cluster"},
    {"envoy.config.route.v3.RouteAction.RequestMirrorPolicy", "cluster"},
    {"envoy.config.route.v3.WeightedCluster.ClusterWeight", "name"},
    {"envoy.config.core.v3.GrpcService.EnvoyGrpc", "cluster_name"},
    {"envoy.config.core.v3.HttpUri", "cluster"},
};

// Those of Istio's bootstrap and of istiod.
constexpr std::string_view kIstioClusters[] = {
    "agent",
    "BlackHoleCluster",
    "connect_originate",
    "encap",
    "InboundPassthroughCluster",
    "InboundPassthroughClusterIpv4",
    "InboundPassthroughClusterIpv6",
    "main_internal",
    "PassthroughCluster",
    "prometheus_stats",
    "sds-grpc",
    "sds-external",
    "xds-grpc",
    "zipkin",
};

void add(const yaml::Node* name, std::vector<PatchName>& out) {
  if (name != nullptr && name->is_scalar() && !name->scalar.empty())
    out.push_back({name->scalar, name->range});
}

void add_references(const yaml::Node& node, const MessageType& type, PatchNames& out) {
  for (const Reference& reference : kClusterFields)
    if (type.name == reference.message)
      add(find_value(node, reference.field), out.cluster_references);
  if (type.name == "envoy.config.core.v3.EnvoyInternalAddress")
    add(find_value(node, "server_listener_name"), out.listener_references);
}

void add_definitions(const ConfigPatch& patch, PatchNames& out) {
  const yaml::Node& value = *patch.patch->value.node;
  if (*patch.apply_to == ApplyTo::Cluster) add(find_value(value, "name"), out.clusters);
  if (*patch.apply_to != ApplyTo::Listener) return;
  add(find_value(value, "name"), out.listeners);
  if (find_value(value, "internal_listener") != nullptr)
    add(find_value(value, "name"), out.internal_listeners);
}

}  // namespace

bool adds(const ConfigPatch& patch) {
  switch (*patch.patch->operation) {
    case PatchOperation::Add: return true;
    // istiod takes these for ADD where there is no order to insert into.
    case PatchOperation::InsertFirst:
    case PatchOperation::InsertBefore:
    case PatchOperation::InsertAfter:
      return *patch.apply_to == ApplyTo::Listener || *patch.apply_to == ApplyTo::Cluster;
    default: return false;
  }
}

PatchNames collect_names(const resource::Resource& resource) {
  PatchNames out;
  const auto* filter = resource.as<resource::EnvoyFilter>();
  if (filter == nullptr) return out;
  for (const auto& patch : *filter->config_patches) {
    const MessageType* type = patched_type(*patch->apply_to);
    const yaml::Node* value = patch->patch->value.node;
    if (type == nullptr || value == nullptr || *patch->patch->operation == PatchOperation::Remove)
      continue;
    if (adds(*patch)) add_definitions(*patch, out);
    visit_messages(*value, *type, [&](const yaml::Node& node, const MessageType& message) {
      add_references(node, message, out);
    });
  }
  return out;
}

bool is_server_name(std::string_view name) {
  return name.find('*') == std::string_view::npos || name.starts_with("*.");
}

bool is_istio_cluster(std::string_view name) {
  if (name.find('|') != std::string_view::npos || name.starts_with("outbound_")) return true;
  return std::find(std::begin(kIstioClusters), std::end(kIstioClusters), name) !=
         std::end(kIstioClusters);
}

}  // namespace egressctl::envoy
