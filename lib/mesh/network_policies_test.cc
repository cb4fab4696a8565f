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
  // The API server takes no rules for no `egress`.
  CHECK(Loaded("{podSelector: {}, egress: []}").to_gateway(8443));
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

TEST_CASE("network policies: ways out to the internet") {
  const auto out = [](const std::string& egress) {
    const Loaded set("{podSelector: {}, policyTypes: [Egress], egress: " + egress + "}");
    const auto found = set.policies.way_out(set.app(), Transport::Tcp);
    return found ? found->address.to_string() + " " + std::to_string(found->port) : std::string();
  };
  CHECK(out("[]").empty());
  CHECK(out("[{}]") == "93.184.216.34 443");
  CHECK(out("[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]").empty());
  CHECK(out("[{to: [{podSelector: {}}]}]").empty());
  CHECK(out("[{ports: [{protocol: UDP, port: 53}]}]").empty());
  CHECK(out("[{ports: [{protocol: TCP, port: 53}]}]") == "93.184.216.34 53");
  CHECK(out("[{ports: [{port: 6000, endPort: 6010}]}]") == "93.184.216.34 6000");
  CHECK(out("[{to: [{ipBlock: {cidr: 151.101.0.0/16}}]}]") == "151.101.0.0 443");
  CHECK(out("[{to: [{ipBlock: {cidr: 151.101.0.0/16, except: [151.101.0.0/17]}}]}]") ==
        "151.101.255.255 443");
  CHECK(out("[{to: [{ipBlock: {cidr: 151.101.0.0/16, "
            "except: [151.101.0.0/17, 151.101.192.0/18]}}]}]") == "151.101.128.0 443");
}

TEST_CASE("network policies: what refuses a connection from pod to pod") {
  const auto refused = [](const std::string& spec, std::int64_t port) {
    const Loaded set(spec);
    const auto found = set.policies.refusal(set.app(), set.gateway(), {Transport::Tcp, port});
    return found && found->direction == Direction::Egress;
  };
  const std::string to_edge =
      "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: "
      "{matchLabels: {kubernetes.io/metadata.name: edge}}}], ports: [{port: 8443}]}]}";
  CHECK_FALSE(refused(to_edge, 8443));
  CHECK(refused(to_edge, 8080));
  CHECK(refused("{podSelector: {}, policyTypes: [Egress]}", 8443));
  // Some network plugins count the addresses of pods among the block's, others do not.
  CHECK_FALSE(refused("{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}", 8443));
  CHECK_FALSE(refused("{podSelector: {}, ingress: []}", 8443));
}

TEST_CASE("network policies: labels of a pod that is not in the input are not known") {
  const Loaded set(
      "{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: "
      "{app: other}}}]}]}");
  Workload unknown;
  unknown.name_space = "shop";
  static const resource::TextMap kNone;
  unknown.labels = &kNone;
  const PeerPort port{Transport::Tcp, 80};
  CHECK_FALSE(set.policies.refusal(unknown, set.app(), port));
  CHECK(set.policies.refusal(set.gateway(), set.app(), port));
}

}  // namespace
}  // namespace egressctl::mesh
