#include "lib/trace/policy.h"

#include <doctest/doctest.h>

#include "lib/topology/authorization.h"
#include "lib/topology/test_mesh.h"

namespace egressctl::trace {
namespace {

std::string policy(const std::string& name, const std::string& spec) {
  return "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: " +
         name + ", namespace: egress}\nspec: {" + spec + "}\n";
}

// Who refuses, or "" when nothing does.
std::string refused(const std::string& manifests, const Facts& facts,
                    const std::string& mesh_config = {}) {
  const topology::testing::LoadedMesh loaded(manifests, mesh_config);
  topology::Proxy gateway;
  gateway.name_space = "egress";
  const auto parts = topology::PolicyIndex(loaded.mesh()).of_proxy(gateway);
  const Decision decision = decide(loaded.mesh().settings(), parts, facts);
  if (decision.refusal) return *decision.refusal->policy->metadata.name;
  return decision.unsure != nullptr ? "unsure" : "";
}

Facts tcp(std::string sni, std::string name_space = "a") {
  Facts out;
  out.principal = "cluster.local/ns/" + name_space + "/sa/default";
  out.name_space = std::move(name_space);
  out.sni = std::move(sni);
  out.port = 8443;
  return out;
}

TEST_CASE("policy: with an ALLOW policy only what a rule allows passes") {
  const std::string allow = policy("allow",
                                   "rules: [{from: [{source: {namespaces: [a]}}], "
                                   "when: [{key: connection.sni, values: ['*.example.com']}]}]");
  CHECK(refused(allow, tcp("x.example.com")).empty());
  CHECK(refused(allow, tcp("x.example.org")) == "allow");
  CHECK(refused(allow, tcp("x.example.com", "b")) == "allow");
  CHECK(refused("", tcp("anything")).empty());
}

TEST_CASE("policy: DENY comes before ALLOW, and an empty ALLOW refuses all") {
  const std::string deny = policy(
      "deny", "action: DENY, rules: [{when: [{key: connection.sni, values: [bad.example]}]}]");
  const std::string allow = policy("allow", "rules: [{}]");
  CHECK(refused(deny + allow, tcp("bad.example")) == "deny");
  CHECK(refused(deny + allow, tcp("good.example")).empty());
  CHECK(refused(policy("nothing", "action: ALLOW"), tcp("good.example")) == "nothing");
}

TEST_CASE("policy: on TCP a rule that needs HTTP never allows and denies more than it says") {
  const std::string hosts = "rules: [{to: [{operation: {hosts: [a.example]}}]}]";
  CHECK(refused(policy("allow", hosts), tcp("a.example")) == "allow");
  CHECK(refused(policy("deny", "action: DENY, " + hosts), tcp("b.example")) == "deny");
  Facts http = tcp("");
  http.http = true;
  http.host = "a.example";
  CHECK(refused(policy("allow", hosts), http).empty());
  CHECK(refused(policy("deny", "action: DENY, " + hosts), http) == "deny");
}

TEST_CASE("policy: ports, identities and negations") {
  CHECK(refused(policy("p", "rules: [{to: [{operation: {ports: ['8443']}}]}]"), tcp("")).empty());
  CHECK(refused(policy("p", "rules: [{to: [{operation: {ports: ['443']}}]}]"), tcp("")) == "p");
  CHECK(refused(policy("p", "rules: [{from: [{source: {principals: ['*']}}]}]"), tcp("")).empty());
  Facts nobody = tcp("");
  nobody.principal.clear();
  CHECK(refused(policy("p", "rules: [{from: [{source: {principals: ['*']}}]}]"), nobody) == "p");
  CHECK(refused(policy("p", "rules: [{from: [{source: {notNamespaces: [a]}}]}]"), tcp("")) == "p");
}

TEST_CASE("policy: addresses are judged where they are known") {
  const std::string allow = policy("p", "rules: [{from: [{source: {ipBlocks: [10.1.0.0/16]}}]}]");
  const std::string deny =
      policy("p", "action: DENY, rules: [{from: [{source: {notRemoteIpBlocks: [10.1.0.0/16]}}]}]");
  const std::string when = policy("p", "rules: [{when: [{key: source.ip, values: [10.1.2.3]}]}]");
  Facts inside = tcp("");
  inside.client_addresses = {"10.1.2.3"};
  Facts outside = tcp("");
  outside.client_addresses = {"10.2.2.3"};
  for (const std::string& one : {allow, deny, when}) {
    CAPTURE(one);
    CHECK(refused(one, inside).empty());
    CHECK(refused(one, outside) == "p");
    CHECK(refused(one, tcp("")) == "unsure");
  }
  const std::string other_namespace =
      policy("p", "rules: [{from: [{source: {ipBlocks: [10.1.0.0/16], namespaces: [b]}}]}]");
  CHECK(refused(other_namespace, tcp("")) == "p");
  const std::string own =
      policy("p", "rules: [{when: [{key: destination.ip, values: [10.9.0.0/16]}]}]");
  inside.own_addresses = {"10.8.0.1"};
  CHECK(refused(own, inside) == "p");
}

TEST_CASE("policy: a mesh's trust domains stand for one another, and cluster.local for all") {
  const auto of = [](const std::string& principal) {
    return policy("p", "rules: [{from: [{source: {principals: ['" + principal + "']}}]}]");
  };
  const std::string config = "trustDomain: new.example\ntrustDomainAliases: [old.example]\n";
  Facts client = tcp("");
  client.principal = "new.example/ns/a/sa/default";
  CHECK(refused(of("cluster.local/ns/a/sa/default"), client, config).empty());
  CHECK(refused(of("old.example/ns/a/sa/default"), client, config).empty());
  CHECK(refused(of("*/ns/a/sa/default"), client, config).empty());
  CHECK(refused(of("other.example/ns/a/sa/default"), client, config) == "p");
  CHECK(refused(of("cluster.local/ns/a/*"), client, config) == "p");  // not five parts
  CHECK(refused(policy("p", "rules: [{from: [{source: {trustDomains: [old.example]}}]}]"), client,
                config)
            .empty());
}

TEST_CASE("policy: an account without a namespace is of the policy's own") {
  const auto of = [](const std::string& account) {
    return policy("p", "rules: [{from: [{source: {serviceAccounts: ['" + account + "']}}]}]");
  };
  CHECK(refused(of("a/default"), tcp("")).empty());
  CHECK(refused(of("default"), tcp("")) == "p");
  CHECK(refused(of("default"), tcp("", "egress")).empty());
}

}  // namespace
}  // namespace egressctl::trace
