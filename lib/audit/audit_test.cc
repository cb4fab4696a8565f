#include "lib/audit/audit.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "lib/testing/files.h"
#include "lib/topology/test_mesh.h"

namespace egressctl::audit {
namespace {

using topology::testing::LoadedMesh;

constexpr std::string_view kRegistryOnly = "outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n";

std::string deployment(std::string_view more) {
  return "apiVersion: apps/v1\n"
         "kind: Deployment\n"
         "metadata: {name: app, namespace: apps}\n"
         "spec:\n"
         "  selector: {matchLabels: {app: app}}\n"
         "  template:\n"
         "    metadata:\n"
         "      labels: {app: app}\n" +
         std::string(more) +
         "    spec:\n"
         "      containers: [{name: app, image: app}]\n";
}

std::string policy(std::string_view egress) {
  return "---\n"
         "apiVersion: networking.k8s.io/v1\n"
         "kind: NetworkPolicy\n"
         "metadata: {name: out, namespace: apps}\n"
         "spec:\n"
         "  podSelector: {}\n"
         "  policyTypes: [Egress]\n"
         "  egress: " +
         std::string(egress) + "\n";
}

State state_of(const std::vector<Finding>& findings, Way way) {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&](const Finding& finding) { return finding.way == way; });
  REQUIRE(found != findings.end());
  CHECK_FALSE(found->why.empty());
  return found->state;
}

State state_of(const std::string& manifests, Way way, std::string_view config = kRegistryOnly) {
  const LoadedMesh loaded(manifests, std::string(config));
  return state_of(audit(loaded.mesh()), way);
}

TEST_CASE("hosts that no one registered pass unless the mesh refuses them") {
  CHECK(state_of(deployment(""), Way::Passthrough, "") == State::Open);
  CHECK(state_of(deployment(""), Way::Passthrough) == State::Closed);
  CHECK(state_of(deployment("") + policy("[]"), Way::Passthrough, "") == State::Held);
}

TEST_CASE("an entry for every name is not closed by REGISTRY_ONLY") {
  const LoadedMesh loaded(
      deployment("") +
          "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
          "metadata: {name: all, namespace: apps}\nspec: {hosts: ['*'], "
          "resolution: NONE, ports: [{number: 443, name: tls, protocol: TLS}]}\n",
      std::string(kRegistryOnly));
  const std::vector<Finding> findings = audit(loaded.mesh());
  CHECK(state_of(findings, Way::Passthrough) == State::Open);
  const std::string text = to_text(findings, {});
  CHECK(text.find("REGISTRY_ONLY") == std::string::npos);
  CHECK(text.find("ServiceEntry that takes every name") != std::string::npos);
}

TEST_CASE("NetworkPolicies are evaluated") {
  CHECK(state_of(deployment(""), Way::NetworkPolicy) == State::Open);
  CHECK(state_of(deployment("") + policy("[]"), Way::NetworkPolicy) == State::Closed);
  CHECK(state_of(deployment("") + policy("[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"),
                 Way::NetworkPolicy) == State::Closed);
  CHECK(state_of(deployment("") + policy("[{to: [{ipBlock: {cidr: 151.101.0.0/16}}]}]"),
                 Way::NetworkPolicy) == State::Open);
}

TEST_CASE("what a NetworkPolicy lets out at any port is a way out, and held by port") {
  const std::string smtp = policy("[{ports: [{protocol: TCP, port: 2525}]}]");
  CHECK(state_of(deployment("") + smtp, Way::NetworkPolicy) == State::Open);
  const auto excluded = [](std::string_view port) {
    return deployment("      annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: \"" +
                      std::string(port) + "\"}\n");
  };
  CHECK(state_of(excluded("2525") + smtp, Way::Exclusion) == State::Open);
  CHECK(state_of(excluded("443") + smtp, Way::Exclusion) == State::Held);
  CHECK(state_of(deployment("") + smtp, Way::Passthrough, "") == State::Held);
}

TEST_CASE("UDP is judged by itself") {
  const std::string tcp =
      policy("[{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{protocol: TCP, port: 443}]}]");
  CHECK(state_of(deployment("") + tcp, Way::NetworkPolicy) == State::Open);
  CHECK(state_of(deployment("") + tcp, Way::Udp) == State::Held);
  CHECK(state_of(deployment(""), Way::Udp) == State::Open);
}

TEST_CASE("annotations take connections from the sidecar") {
  const auto excluded = [](std::string_view key, std::string_view value) {
    return deployment("      annotations: {traffic.sidecar.istio.io/" + std::string(key) + ": \"" +
                      std::string(value) + "\"}\n");
  };
  CHECK(state_of(deployment(""), Way::Exclusion) == State::Closed);
  CHECK(state_of(excluded("excludeOutboundPorts", "443"), Way::Exclusion) == State::Open);
  CHECK(state_of(excluded("excludeOutboundIPRanges", "0.0.0.0/0"), Way::Exclusion) == State::Open);
  CHECK(state_of(excluded("excludeOutboundIPRanges", "10.0.0.0/8"), Way::Exclusion) ==
        State::Closed);
  CHECK(state_of(excluded("includeOutboundIPRanges", "10.0.0.0/8"), Way::Exclusion) == State::Open);
  CHECK(state_of(excluded("includeOutboundIPRanges", ""), Way::Exclusion) == State::Open);
  CHECK(state_of(excluded("includeOutboundIPRanges", "*"), Way::Exclusion) == State::Closed);
  CHECK(state_of(excluded("excludeInterfaces", "eth0"), Way::Exclusion) == State::Open);
}

TEST_CASE("pods without a sidecar are free unless policies hold them") {
  const std::string bare = deployment("      annotations: {sidecar.istio.io/inject: \"false\"}\n");
  CHECK(state_of(bare, Way::NoSidecar) == State::Open);
  CHECK(state_of(bare + policy("[]"), Way::NoSidecar) == State::Held);
  const std::string unlabelled = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps}\n";
  CHECK(state_of(deployment("") + unlabelled, Way::NoSidecar) == State::Open);
  CHECK(state_of(deployment(""), Way::NoSidecar) == State::Closed);
}

TEST_CASE("registered hosts that sidecars connect to themselves") {
  const std::string entry =
      "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
      "metadata: {name: api, namespace: apps}\n"
      "spec: {hosts: [api.example.com], resolution: DNS, location: MESH_EXTERNAL, "
      "ports: [{number: 443, name: tls, protocol: TLS}]}\n";
  CHECK(state_of(deployment("") + entry, Way::Direct) == State::Open);
  CHECK(state_of(deployment(""), Way::Direct) == State::Closed);
}

TEST_CASE("without applications the namespace's pods are meant") {
  const LoadedMesh loaded(
      "apiVersion: networking.istio.io/v1\nkind: Sidecar\n"
      "metadata: {name: default, namespace: apps}\n"
      "spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: [\"./*\"]}]}\n");
  const std::vector<Finding> findings = audit(loaded.mesh());
  REQUIRE_FALSE(findings.empty());
  CHECK(findings.front().name_space == "apps");
  CHECK(findings.front().workload == "*");
  CHECK(state_of(findings, Way::Passthrough) == State::Closed);
}

TEST_CASE("an inner SNI that no one checks is open, one that an internal listener checks is not") {
  const auto scenario = [](std::string_view name) {
    return egressctl::testing::read_file(egressctl::testing::testdata() / "topology" / name /
                                         "manifests.yaml");
  };
  const LoadedMesh plain(scenario("basic-mtls"));
  CHECK(state_of(audit(plain.mesh()), Way::InnerSni) == State::Open);
  const LoadedMesh listed(scenario("sni-proxy"));
  CHECK(state_of(audit(listed.mesh()), Way::InnerSni) == State::Closed);
  // Plain HTTP has none.
  const LoadedMesh http(scenario("http-gateway"));
  CHECK(state_of(audit(http.mesh()), Way::InnerSni) == State::Closed);
}

TEST_CASE("allowed ways are neither open nor mended") {
  const LoadedMesh loaded(deployment(""));
  const std::vector<Finding> findings = audit(loaded.mesh());
  const std::vector<Way> allowed = {Way::NetworkPolicy, Way::Udp, Way::Passthrough};
  CHECK(open_count(findings, {}) == 3);
  CHECK(open_count(findings, allowed) == 0);
  CHECK(to_text(findings, allowed).find("To close them") == std::string::npos);
  CHECK(to_text(findings, {}).find("REGISTRY_ONLY") != std::string::npos);
  const auto json = nlohmann::json::parse(to_json(findings, allowed));
  CHECK(json["summary"]["allowed"] == 3);
  CHECK(json["summary"]["open"] == 0);
  CHECK(json["ways"].size() == findings.size());
}

}  // namespace
}  // namespace egressctl::audit
