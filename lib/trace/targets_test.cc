#include "lib/trace/targets.h"

#include <string>

#include <doctest/doctest.h>

#include "lib/topology/test_mesh.h"

namespace egressctl::trace {
namespace {

// The hosts for which "*.wikipedia.org" and www.example.com stand in a set with that beside them.
std::string hosts_with(const std::string& more) {
  const topology::testing::LoadedMesh loaded(
      "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
      "metadata: {name: hosts, namespace: apps}\nspec:\n"
      "  hosts: ['*.wikipedia.org', www.example.com]\n"
      "  ports: [{number: 443, name: tls, protocol: TLS}]\n  resolution: NONE\n" +
      more);
  std::string out;
  for (const Target& target : external_targets(loaded.mesh()))
    out += (out.empty() ? "" : " ") + target.host;
  return out;
}

std::string policy(const std::string& action, const std::string& values) {
  return "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
         "metadata: {name: sni, namespace: edge}\nspec:\n  action: " +
         action + "\n  rules: [{when: [{key: connection.sni, values: [" + values + "]}]}]\n";
}

std::string rbac(const std::string& action, const std::string& matcher) {
  return "---\napiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\n"
         "metadata: {name: rbac, namespace: edge}\nspec:\n  configPatches:\n"
         "  - applyTo: NETWORK_FILTER\n    patch:\n      operation: INSERT_FIRST\n      value:\n"
         "        name: envoy.filters.network.rbac\n        typed_config:\n"
         "          '@type': type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC\n"
         "          stat_prefix: x\n          rules:\n            action: " +
         action +
         "\n            policies: {p: {principals: [{any: true}], permissions: "
         "[{requested_server_name: {" +
         matcher + "}}]}}\n";
}

TEST_CASE("targets: a wildcard stands for the names that lists have of it") {
  CHECK(hosts_with("") == "any.wikipedia.org www.example.com");
  const std::string both = "de.wikipedia.org en.wikipedia.org ";
  CHECK(hosts_with(policy("ALLOW", "en.wikipedia.org, de.wikipedia.org, example.org")) ==
        both + "www.example.com");
  CHECK(hosts_with(policy("ALLOW", "en.wikipedia.org, '*.org'")) ==
        "en.wikipedia.org any.wikipedia.org www.example.com");
  CHECK(hosts_with(policy("DENY", "en.wikipedia.org")) ==
        "en.wikipedia.org any.wikipedia.org www.example.com");
  CHECK(hosts_with(rbac("ALLOW", "exact: en.wikipedia.org")) == "en.wikipedia.org www.example.com");
  CHECK(hosts_with(rbac("DENY", "exact: en.wikipedia.org")) ==
        "en.wikipedia.org any.wikipedia.org www.example.com");
  CHECK(hosts_with(rbac("ALLOW", "suffix: .wikipedia.org")) == "any.wikipedia.org www.example.com");
}

}  // namespace
}  // namespace egressctl::trace
