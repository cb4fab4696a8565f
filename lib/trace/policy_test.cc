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
std::string refused(const std::string& manifests, const Facts& facts) {
  const topology::testing::LoadedMesh loaded(manifests);
  topology::Proxy gateway;
  gateway.name_space = "egress";
  const auto parts = topology::PolicyIndex(loaded.mesh()).of_proxy(gateway);
  const auto refusal = refuse(parts, facts);
  return refusal ? *refusal->policy->metadata.name : "";
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

}  // namespace
}  // namespace egressctl::trace
