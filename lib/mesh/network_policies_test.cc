#include "lib/mesh/network_policies.h"

#include <string>

#include <doctest/doctest.h>

#include "lib/resource/load.h"
#include "lib/yaml/load.h"

namespace egressctl::mesh {
namespace {

constexpr std::string_view kPods = R"(
apiVersion: v1
kind: Namespace
metadata: {name: edge, labels: {team: platform}}
---
apiVersion: v1
kind: Pod
metadata: {name: gateway, namespace: edge, labels: {istio: egress}}
spec: {containers: [{name: istio-proxy, ports: [{name: tls, containerPort: 8443}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: shop, labels: {app: cart}}
spec: {containers: [{name: app}]}
)";

struct Loaded {
  explicit Loaded(const std::string& spec)
      : source("mesh.yaml", std::string(kPods) +
                                "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                                "metadata: {name: p, namespace: shop}\nspec: " +
                                spec + "\n"),
        documents(yaml::load(source, findings)),
        resources(resource::load_resources(documents, findings)),
        mesh(resources, {}),
        policies(mesh) {
    REQUIRE(findings.empty());
  }

  [[nodiscard]] const Workload& gateway() const { return mesh.workloads().all()[0]; }
  [[nodiscard]] const Workload& app() const { return mesh.workloads().all()[1]; }

  [[nodiscard]] bool to_gateway(std::int64_t port) const {
    return policies.allows_egress(app(), {.pod = &gateway(), .address = {}},
                                  {Transport::Tcp, port});
  }
  [[nodiscard]] bool to_address(std::string_view address, PeerPort port) const {
    return policies.allows_egress(app(), {.pod = nullptr, .address = *IpAddress::parse(address)},
                                  port);
  }

  Diagnostics findings;
  Source source;
  std::vector<yaml::Document> documents;
  std::vector<resource::Resource> resources;
  Mesh mesh;
  NetworkPolicyIndex policies;
};

TEST_CASE("network policies: a pod that no policy restricts may connect to everything") {
  CHECK(Loaded("{podSelector: {matchLabels: {app: other}}, egress: []}").to_gateway(8443));
  CHECK(Loaded("{podSelector: {}, ingress: []}").to_gateway(8443));
  CHECK(Loaded("{podSelector: {}, policyTypes: [Ingress], egress: []}").to_gateway(8443));
  CHECK_FALSE(Loaded("{podSelector: {}, policyTypes: [Egress]}").to_gateway(8443));
  CHECK_FALSE(Loaded("{podSelector: {}, egress: []}").to_gateway(8443));
  CHECK(Loaded("{podSelector: {}, egress: [{}]}").to_gateway(8443));
}

TEST_CASE("network policies: both selectors of a peer must hold, and the port is the pod's") {
  const auto with_peer = [](const std::string& peer, std::int64_t port) {
    return Loaded("{podSelector: {}, egress: [{to: [" + peer + "], ports: [{port: 8443}]}]}")
        .to_gateway(port);
  };
  CHECK(with_peer("{namespaceSelector: {matchLabels: {team: platform}}}", 8443));
  CHECK(with_peer("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}", 8443));
  CHECK_FALSE(with_peer("{namespaceSelector: {matchLabels: {team: platform}}}", 443));
  CHECK_FALSE(with_peer("{namespaceSelector: {matchLabels: {team: other}}}", 8443));
  CHECK_FALSE(with_peer("{podSelector: {matchLabels: {istio: egress}}}", 8443));  // namespace shop
  CHECK(with_peer("{namespaceSelector: {}, podSelector: {matchLabels: {istio: egress}}}", 8443));
  CHECK_FALSE(with_peer("{namespaceSelector: {}, podSelector: {matchLabels: {istio: x}}}", 8443));
  CHECK(
      with_peer("{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, "
                "operator: In, values: [edge, other]}]}}",
                8443));
  CHECK_FALSE(with_peer("{ipBlock: {cidr: 0.0.0.0/0}}", 8443));
}

TEST_CASE("network policies: names of ports, ranges and protocols") {
  const auto with_port = [](const std::string& port, std::int64_t number) {
    return Loaded("{podSelector: {}, egress: [{ports: [" + port + "]}]}").to_gateway(number);
  };
  CHECK(with_port("{port: tls}", 8443));
  CHECK_FALSE(with_port("{port: tls}", 443));
  CHECK_FALSE(with_port("{port: http}", 8443));
  CHECK(with_port("{port: 8000, endPort: 9000}", 8443));
  CHECK_FALSE(with_port("{port: 8000, endPort: 8442}", 8443));
  CHECK_FALSE(with_port("{protocol: UDP, port: 8443}", 8443));
  CHECK(with_port("{protocol: TCP}", 8443));
}

TEST_CASE("network policies: address blocks leave out what is excepted") {
  const Loaded set(
      "{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]}");
  CHECK(set.to_address("8.8.8.8", {Transport::Tcp, 443}));
  CHECK(set.to_address("8.8.8.8", {Transport::Udp, 443}));
  CHECK_FALSE(set.to_address("10.1.2.3", {Transport::Tcp, 443}));
  CHECK_FALSE(set.to_address("2a02:ec80::1", {Transport::Tcp, 443}));
}

}  // namespace
}  // namespace egressctl::mesh
