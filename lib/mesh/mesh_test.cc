#include "lib/mesh/mesh.h"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/mesh/rule_lookup.h"
#include "lib/resource/load.h"
#include "lib/yaml/load.h"

namespace egressctl::mesh {
namespace {

struct Loaded {
  explicit Loaded(std::string text, const Options& options = {})
      : source("mesh.yaml", std::move(text)),
        documents(yaml::load(source, findings)),
        resources(resource::load_resources(documents, findings)),
        mesh(resources, options) {
    REQUIRE(findings.empty());
  }

  Diagnostics findings;
  Source source;
  std::vector<yaml::Document> documents;
  std::vector<resource::Resource> resources;
  Mesh mesh;
};

std::string rule(const std::string& name_space, const std::string& name, const std::string& rest) {
  return "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: " +
         name + ", namespace: " + name_space + "}\nspec: {" + rest + "}\n";
}

std::string names(const std::vector<const Rule*>& rules) {
  std::string out;
  for (const Rule* found : rules) out += *found->resource->metadata.name + " ";
  return out;
}

TEST_CASE("rules: the client's namespace, then the owner's, then the root namespace") {
  const Loaded loaded(rule("client", "mine", "host: x.svc.example") +
                      rule("owner", "theirs", "host: x.svc.example") +
                      rule("istio-system", "root", "host: '*.example'"));
  const DestinationRules& rules = loaded.mesh.rules();
  CHECK(names(rules.applying("client", "x.svc.example", "owner")) == "mine ");
  CHECK(names(rules.applying("other", "x.svc.example", "owner")) == "theirs ");
  CHECK(names(rules.applying("other", "y.svc.example", "owner")) == "root ");
  CHECK(names(rules.applying("other", "x.svc.example", "third")) == "root ");
}

TEST_CASE("rules: the most specific host wins inside a namespace, even without the subset") {
  const Loaded loaded(rule("owner", "wide", "host: '*.example', subsets: [{name: a}]") +
                      rule("owner", "exact", "host: x.svc.example") +
                      rule("owner", "again", "host: x.svc.example, subsets: [{name: b}]"));
  const auto found = loaded.mesh.rules().applying("client", "x.svc.example", "owner");
  CHECK(names(found) == "exact again ");
  CHECK(find_subset(found, "a") == nullptr);
  CHECK(find_subset(found, "b") != nullptr);
}

TEST_CASE("rules: one that is not exported applies at home alone; the root namespace is special") {
  const Loaded loaded(rule("owner", "hidden", "host: x.svc.example, exportTo: ['.']") +
                      rule("istio-system", "root", "host: x.svc.example") +
                      rule("istio-system", "local", "host: y.svc.example, exportTo: ['.']"));
  const DestinationRules& rules = loaded.mesh.rules();
  CHECK(names(rules.applying("owner", "x.svc.example", "owner")) == "hidden ");
  CHECK(names(rules.applying("client", "x.svc.example", "owner")) == "root ");
  CHECK(names(rules.applying("istio-system", "y.svc.example", "owner")) == "local ");
  CHECK(names(rules.applying("client", "y.svc.example", "owner")).empty());
}

TEST_CASE("rules: single ones are found among those that apply") {
  const Loaded loaded(
      rule("client", "mine", "host: x.svc.example, subsets: [{name: a}]") +
      rule("owner", "first", "host: x.svc.example, subsets: [{name: a}, {name: b}]") +
      rule("owner", "policy", "host: x.svc.example, trafficPolicy: {tls: {mode: SIMPLE}}") +
      rule("owner", "hidden", "host: x.svc.example, exportTo: ['.'], subsets: [{name: c}]") +
      rule("owner", "again", "host: x.svc.example, subsets: [{name: b}]") +
      rule("owner", "wide", "host: '*.example', subsets: [{name: d}]"));
  const RuleLookup lookup(loaded.mesh);
  const auto with = [&](std::string_view client, std::string_view subset) {
    const Rule* found = lookup.with_subset(client, "x.svc.example", "owner", subset);
    return found != nullptr ? *found->resource->metadata.name : std::string();
  };
  CHECK(with("client", "a") == "mine");
  CHECK(with("client", "b").empty());
  CHECK(with("other", "a") == "first");
  CHECK(with("other", "b") == "first");
  CHECK(with("other", "c").empty());
  CHECK(with("owner", "c") == "hidden");
  CHECK(with("other", "d").empty());
  CHECK(names(lookup.deciding("other", "x.svc.example", "owner", "b")) == "first policy ");
  CHECK(names(lookup.deciding("owner", "x.svc.example", "owner", "c")) == "policy hidden ");
  CHECK(names(lookup.deciding("client", "x.svc.example", "owner", "")) == "mine ");
  CHECK(names(lookup.covering("x.svc.example", "b")) == "first again ");
  CHECK(names(lookup.covering("x.svc.example", "d")) == "wide ");
  for (const std::string_view client : {"client", "other", "owner", "istio-system"}) {
    const auto applying = loaded.mesh.rules().applying(client, "x.svc.example", "owner");
    CHECK(lookup.first(client, "x.svc.example", "owner") ==
          (applying.empty() ? nullptr : applying.front()));
  }
}

TEST_CASE("registry: hosts of Services and ServiceEntries, as far as a namespace sees them") {
  const Loaded loaded(R"(apiVersion: v1
kind: Service
metadata: {name: gateway, namespace: egress}
spec:
  selector: {app: gateway}
  ports: [{name: tls-x, port: 443, targetPort: 8443}, {name: web, port: 80, targetPort: web, appProtocol: http}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: wiki, namespace: egress}
spec:
  hosts: ["*.wikipedia.org", wikipedia.org]
  exportTo: [., app]
  ports: [{number: 443, name: tls, protocol: TLS, targetPort: 8443}]
)");
  const Registry& registry = loaded.mesh.registry();
  const Service* gateway = registry.find("gateway.egress.svc.cluster.local", "app");
  REQUIRE(gateway != nullptr);
  CHECK(gateway->port(443)->target == 8443);
  CHECK(gateway->port(443)->protocol == resource::Protocol::Tls);
  CHECK(gateway->port(80)->target_name == "web");
  CHECK(gateway->port(80)->protocol == resource::Protocol::Http);
  CHECK(registry.find("*.wikipedia.org", "app") != nullptr);
  CHECK(registry.find("*.wikipedia.org", "other") == nullptr);
  CHECK(registry.covering("de.wikipedia.org").size() == 1);
  CHECK(registry.covering("wikipedia.org").size() == 1);
  CHECK(registry.kubernetes_named("gateway").size() == 1);
}

TEST_CASE("mesh: gateways, the pods they run in, and what is bound to them") {
  const Loaded loaded(R"(apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: out, namespace: egress}
spec: {selector: {app: gateway}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: gateway, namespace: egress}
spec: {template: {metadata: {labels: {app: gateway, tier: edge}}, spec: {serviceAccountName: sa}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v, namespace: egress}
spec:
  hosts: [a.org]
  gateways: [out, mesh]
  tls:
  - match: [{port: 443, sniHosts: [a.org], gateways: [mesh]}]
    route: [{destination: {host: gateway}}]
)");
  const Mesh& mesh = loaded.mesh;
  const resource::Resource* gateway = mesh.gateway("egress/out");
  REQUIRE(gateway != nullptr);
  const auto pods = mesh.workloads().select({}, gateway->as<resource::Gateway>()->selector);
  REQUIRE(pods.size() == 1);
  CHECK(pods[0]->service_account() == "sa");
  REQUIRE(mesh.bound_to("egress/out").size() == 1);
  const VirtualService& routes = *mesh.bound_to("mesh")[0];
  CHECK(routes.routes[0].targets[0].host == "gateway.egress.svc.cluster.local");
  CHECK(applies_at(routes, routes.routes[0], "mesh"));
  CHECK_FALSE(applies_at(routes, routes.routes[0], "egress/out"));
  CHECK(mesh.knows_namespace("egress"));
  CHECK_FALSE(mesh.knows_namespace("app"));
}

TEST_CASE("mesh: a VirtualService names gateways in four ways") {
  CHECK(resolve_gateway("mesh", "a") == "mesh");
  CHECK(resolve_gateway("g", "a") == "a/g");
  CHECK(resolve_gateway("./g", "a") == "a/g");
  CHECK(resolve_gateway("b/g", "a") == "b/g");
  CHECK(resolve_gateway("g.b.svc.cluster.local", "a") == "b/g");
}

}  // namespace
}  // namespace egressctl::mesh
