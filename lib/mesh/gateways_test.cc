#include "lib/mesh/gateways.h"

#include <string>

#include <doctest/doctest.h>

#include "lib/resource/load.h"
#include "lib/yaml/load.h"

namespace egressctl::mesh {
namespace {

constexpr std::string_view kGateway = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: egress, namespace: edge}
spec:
  selector: {matchLabels: {istio: egress}}
  template:
    metadata: {labels: {istio: egress}}
    spec: {containers: [{name: istio-proxy, image: auto, ports: [{name: tls, containerPort: 8443}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: egress, namespace: edge}
spec:
  selector: {istio: egress}
  ports: [{name: tls, port: 443, targetPort: tls}, {name: http, port: 80, targetPort: 8080}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: out, namespace: edge}
spec:
  selector: {istio: egress}
  servers: [{port: {number: 443, name: tls, protocol: TLS}, hosts: ["*"], tls: {mode: PASSTHROUGH}}]
)";

struct Loaded {
  explicit Loaded(const std::string& more)
      : source("mesh.yaml", std::string(kGateway) + more),
        documents(yaml::load(source, findings)),
        resources(resource::load_resources(documents, findings)),
        mesh(resources, {}),
        gateways(mesh) {
    REQUIRE(findings.empty());
  }

  Diagnostics findings;
  Source source;
  std::vector<yaml::Document> documents;
  std::vector<resource::Resource> resources;
  Mesh mesh;
  GatewayIndex gateways;
};

std::string route(const std::string& gateways, const std::string& host) {
  return "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\n"
         "metadata: {name: v, namespace: demo}\nspec:\n  hosts: [www.example.com]\n  gateways: " +
         gateways +
         "\n  tls: [{match: [{sniHosts: [www.example.com]}], route: [{destination: {host: " + host +
         "}}]}]\n";
}

TEST_CASE("gateways: pods, Services and the ports that pods listen on") {
  const Loaded loaded("");
  const GatewayView* view = loaded.gateways.find("edge/out");
  REQUIRE(view != nullptr);
  CHECK(view->pods.size() == 1);
  REQUIRE(view->services.size() == 1);
  CHECK(view->pod_port(443) == 8443);
  CHECK(view->pod_port(80) == 8080);
  CHECK(view->pod_port(9443) == 9443);
  CHECK(view->has_service_port(443));
  CHECK_FALSE(view->has_service_port(8443));
  CHECK(loaded.gateways.behind("egress.edge.svc.cluster.local").size() == 1);
  CHECK(loaded.gateways.behind("other.edge.svc.cluster.local").empty());
  CHECK(loaded.gateways.at(*view->pods[0]).size() == 1);
}

TEST_CASE("gateways: one that nobody uses for hosts outside is none for egress") {
  CHECK_FALSE(Loaded("").gateways.find("edge/out")->egress);
  CHECK_FALSE(
      Loaded(route("[edge/out]", "web.demo.svc.cluster.local")).gateways.find("edge/out")->egress);
}

TEST_CASE("gateways: either half of a route makes one for egress") {
  CHECK(Loaded(route("[edge/out]", "www.example.com")).gateways.find("edge/out")->egress);
  CHECK(Loaded(route("[mesh]", "egress.edge.svc.cluster.local")).gateways.find("edge/out")->egress);
}

}  // namespace
}  // namespace egressctl::mesh
