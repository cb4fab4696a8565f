#include "lib/envoy/names.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/resource/test_resources.h"

namespace egressctl::envoy {
namespace {

std::vector<std::string> texts(const std::vector<PatchName>& names) {
  std::vector<std::string> out;
  out.reserve(names.size());
  for (const PatchName& name : names) out.emplace_back(name.text);
  return out;
}

using Names = std::vector<std::string>;

TEST_CASE("names: what an EnvoyFilter defines and sends to") {
  const resource::Loaded loaded("filter.yaml", R"(
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: a, namespace: b}
spec:
  configPatches:
  - applyTo: CLUSTER
    patch:
      operation: ADD
      value:
        name: inner
        loadAssignment:
          clusterName: inner
          endpoints:
          - lbEndpoints:
            - endpoint: {address: {envoyInternalAddress: {serverListenerName: lis}}}
  - applyTo: LISTENER
    patch:
      operation: ADD
      value:
        name: lis
        internal_listener: {}
        filter_chains:
        - filters:
          - name: envoy.filters.network.tcp_proxy
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
              stat_prefix: x
              weighted_clusters:
                clusters:
                - {name: one, weight: 1}
                - {name: two, weight: 1}
  - applyTo: LISTENER
    patch: {operation: ADD, value: {name: plain}}
  - applyTo: CLUSTER
    patch: {operation: MERGE, value: {name: changed}}
  - applyTo: CLUSTER
    patch: {operation: REMOVE, value: {name: gone}}
  - applyTo: NETWORK_FILTER
    patch:
      operation: MERGE
      value:
        typed_config:
          "@type": type.googleapis.com/xds.type.v3.TypedStruct
          type_url: type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          value: {cluster: struct}
)");
  REQUIRE(loaded.resources.size() == 1);
  const PatchNames names = collect_names(loaded.resources[0]);
  CHECK(texts(names.clusters) == Names{"inner"});
  CHECK(texts(names.listeners) == Names{"lis", "plain"});
  CHECK(texts(names.internal_listeners) == Names{"lis"});
  CHECK(texts(names.cluster_references) == Names{"one", "two", "struct"});
  CHECK(texts(names.listener_references) == Names{"lis"});
  CHECK(resource::at(names.clusters[0].range) == "11:15");
}

TEST_CASE("names: which wildcards Envoy takes in a filter chain's match") {
  for (const std::string_view name : {"a.com", "*.a.com", "*.*.com", "*.a.*"})
    CHECK_MESSAGE(is_server_name(name), name);
  for (const std::string_view name : {"*", "*a.com", "a.*.com", "a*"})
    CHECK_FALSE_MESSAGE(is_server_name(name), name);
}

TEST_CASE("names: clusters of Istio's own") {
  CHECK(is_istio_cluster("outbound|443||cnn.com"));
  CHECK(is_istio_cluster("outbound_.443_._.cnn.com"));
  CHECK(is_istio_cluster("PassthroughCluster"));
  CHECK_FALSE(is_istio_cluster("sni_cluster"));
}

}  // namespace
}  // namespace egressctl::envoy
