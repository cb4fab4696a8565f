#include "lib/bootstrap/bootstrap.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/bootstrap/yaml.h"
#include "lib/testing/files.h"
#include "lib/testing/golden.h"
#include "lib/topology/test_mesh.h"
#include "lib/topology/topology.h"

namespace egressctl::bootstrap {
namespace {

using topology::testing::LoadedMesh;

Bootstrap made(const LoadedMesh& loaded, std::string_view name, const Options& options = {},
               Form form = Form::JsonText) {
  const auto proxy = topology::find_proxy(loaded.mesh(), name);
  REQUIRE(proxy);
  return make(loaded.mesh(), topology::compute(loaded.mesh(), *proxy), options, form);
}

Json resources(const Bootstrap& bootstrap) {
  return Json::parse(bootstrap.text)["static_resources"];
}

Json named(const Json& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Json& item) { return item["name"] == name; });
  return found == list.end() ? Json() : *found;
}

LoadedMesh scenario(const std::string& name) {
  return topology::testing::load_scenario(testing::testdata() / "topology" / name);
}

std::string text_of(const std::string& name) {
  return testing::read_file(testing::testdata() / "topology" / name / "manifests.yaml");
}

std::string filter(const std::string& patch) {
  return "---\napiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\n"
         "metadata: {name: patch, namespace: istio-egress}\nspec:\n"
         "  workloadSelector: {labels: {istio: egressgateway}}\n  configPatches:\n" +
         patch;
}

TEST_CASE("bootstrap: an SNI proxy in a gateway is all there") {
  const LoadedMesh loaded = scenario("sni-proxy");
  testing::check_golden("bootstrap/sni-proxy-gateway.yaml",
                        made(loaded, "egw-1.istio-egress", {}, Form::YamlText).text);
}

TEST_CASE("bootstrap: limits are those of the policy, and none where it has none") {
  const std::string rule =
      "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
      "metadata: {name: limits, namespace: default}\nspec:\n  host: www.example.com\n"
      "  trafficPolicy:\n    connectionPool:\n"
      "      tcp: {maxConnections: 7, connectTimeout: 250ms, tcpKeepalive: {probes: 3, time: "
      "60s}}\n"
      "      http: {idleTimeout: 5m, maxRequestsPerConnection: 9}\n"
      "    outlierDetection: {consecutive5xxErrors: 0, consecutiveGatewayErrors: 4, "
      "interval: 1500ms, minHealthPercent: 20}\n";
  const std::string host =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: default}\n"
      "status: {podIP: 10.1.1.1}\n---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
      "metadata: {name: host, namespace: default}\nspec:\n  hosts: [www.example.com]\n"
      "  ports: [{number: 80, name: http, protocol: HTTP}]\n  resolution: DNS\n";
  const std::string name = "outbound|80||www.example.com";
  const LoadedMesh limited(host + rule);
  const Json cluster = named(resources(made(limited, "app.default"))["clusters"], name);
  REQUIRE(cluster.is_object());
  const Json& threshold = cluster["circuit_breakers"]["thresholds"][0];
  CHECK(threshold["max_connections"] == 7);
  CHECK(threshold["max_requests"] == 4294967295U);
  CHECK(cluster["connect_timeout"] == "0.250s");
  CHECK(cluster["upstream_connection_options"]["tcp_keepalive"] ==
        Json({{"keepalive_probes", 3}, {"keepalive_time", 60}}));
  CHECK(cluster["outlier_detection"] == Json({{"enforcing_success_rate", 0},
                                              {"consecutive_5xx", 0},
                                              {"enforcing_consecutive_5xx", 0},
                                              {"consecutive_gateway_failure", 4},
                                              {"enforcing_consecutive_gateway_failure", 100},
                                              {"interval", "1.500s"}}));
  CHECK(cluster["common_lb_config"]["healthy_panic_threshold"]["value"] == 20);
  const Json& options = cluster["typed_extension_protocol_options"]
                               ["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"];
  CHECK(options["common_http_protocol_options"] ==
        Json({{"idle_timeout", "300.000s"}, {"max_requests_per_connection", 9}}));

  const Json free = named(resources(made(LoadedMesh(host), "app.default"))["clusters"], name);
  CHECK(free["circuit_breakers"]["thresholds"][0]["max_connections"] == 4294967295U);
  CHECK_FALSE(free.contains("outlier_detection"));
  CHECK_FALSE(free.contains("typed_extension_protocol_options"));
}

TEST_CASE("bootstrap: names that a wildcard's requests ask for are looked up where they pass") {
  const LoadedMesh loaded(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: default}\n"
      "status: {podIP: 10.1.1.1}\n---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
      "metadata: {name: any, namespace: default}\nspec:\n  hosts: ['*.example.com']\n"
      "  ports: [{number: 80, name: http, protocol: HTTP}]\n  resolution: DYNAMIC_DNS\n");
  const Json all = resources(made(loaded, "app.default"));
  const Json listener = named(all["listeners"], "0.0.0.0_80");
  REQUIRE(listener.is_object());
  const Json& manager = listener["filter_chains"][0]["filters"][0]["typed_config"];
  const Json& filters = manager["http_filters"];
  REQUIRE(filters.size() == 2);
  CHECK(filters[0]["name"] == "envoy.filters.http.dynamic_forward_proxy");
  const Json cluster = named(all["clusters"], "outbound|80||*.example.com");
  CHECK(filters[0]["typed_config"]["dns_cache_config"] ==
        cluster["cluster_type"]["typed_config"]["dns_cache_config"]);
}

TEST_CASE("bootstrap: a sidecar listens where it is told and leads where it is told") {
  Options options;
  options.listen = {{"443", "127.0.0.1", 8443}};
  options.endpoints = {
      {"istio-egressgateway.istio-egress.svc.cluster.local", 443, {"127.0.0.1", 9443}}};
  options.certificates = "certs";
  const LoadedMesh loaded = scenario("basic-mtls");
  const Bootstrap bootstrap = made(loaded, "ubuntu.default", options, Form::YamlText);
  std::string out = bootstrap.text;
  for (const std::string& note : bootstrap.notes) out += "# " + note + "\n";
  testing::check_golden("bootstrap/basic-mtls-sidecar.yaml", out);
}

TEST_CASE("bootstrap: a merged patch adds to what istiod makes, and clears what it excludes") {
  const LoadedMesh loaded(
      text_of("basic-mtls") +
      filter("  - applyTo: NETWORK_FILTER\n"
             "    match: {context: GATEWAY, listener: {filterChain: {filter: {name: "
             "envoy.filters.network.tcp_proxy}}}}\n"
             "    patch:\n      operation: MERGE\n      value:\n"
             "        name: envoy.filters.network.tcp_proxy\n"
             "        typedConfig:\n"
             "          \"@type\": type.googleapis.com/"
             "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy\n"
             "          idleTimeout: 1m\n"
             "          cluster: other\n"
             "  - applyTo: CLUSTER\n"
             "    match: {context: GATEWAY, cluster: {service: edition.cnn.com}}\n"
             "    patch: {operation: MERGE, value: {connect_timeout: 1500ms, lbPolicy: "
             "RANDOM, lb_policy: MAGLEV, upstreamConnectionOptions: {tcpKeepalive: {keepaliveTime: "
             "9}}}}\n"));
  const Json all = resources(made(loaded, "egw-1.istio-egress"));
  const Json chain = named(all["listeners"], "0.0.0.0_8443")["filter_chains"][0];
  const Json config = chain["filters"][0]["typed_config"];
  CHECK(config["idle_timeout"] == "60.000s");
  CHECK(config["cluster"] == "other");
  CHECK(config["stat_prefix"] == "other");
  CHECK(config.contains("access_log"));
  const Json cluster = named(all["clusters"], "outbound|443||edition.cnn.com");
  CHECK(cluster["upstream_connection_options"]["tcp_keepalive"]["keepalive_time"] == 9);
  CHECK(cluster["type"] == "STRICT_DNS");
  CHECK(cluster["connect_timeout"] == "10s");
  CHECK(cluster["lb_policy"] == "RANDOM");
}

TEST_CASE("bootstrap: policies become RBAC filters") {
  const LoadedMesh loaded(
      text_of("basic-mtls") +
      "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
      "metadata: {name: clients, namespace: istio-egress}\nspec:\n"
      "  selector: {matchLabels: {istio: egressgateway}}\n  rules:\n"
      "  - from: [{source: {principals: [\"*/ns/default/*\"], notNamespaces: [b]}}]\n"
      "    to: [{operation: {ports: [\"8443\"]}}]\n"
      "    when: [{key: connection.sni, values: [\"*.cnn.com\", edition.cnn.com]}]\n"
      "  - to: [{operation: {paths: [/x]}}]\n");
  const Json all = resources(made(loaded, "egw-1.istio-egress"));
  const Json chain = named(all["listeners"], "0.0.0.0_8443")["filter_chains"][0];
  testing::check_golden("bootstrap/rbac.json", chain["filters"][0].dump(2) + "\n");
}

TEST_CASE("bootstrap: principals of one trust domain mean those of its aliases") {
  const LoadedMesh loaded(
      text_of("basic-mtls") +
          "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
          "metadata: {name: clients, namespace: istio-egress}\nspec:\n  rules:\n"
          "  - from:\n"
          "    - source: {principals: [cluster.local/ns/default/sa/default]}\n"
          "    - source: {trustDomains: [old.example, 'other*']}\n",
      "trustDomain: new.example\ntrustDomainAliases: [old.example]\n");
  const Json all = resources(made(loaded, "egw-1.istio-egress"));
  const Json chain = named(all["listeners"], "0.0.0.0_8443")["filter_chains"][0];
  testing::check_golden("bootstrap/rbac-trust-domains.json", chain["filters"][0].dump(2) + "\n");
}

TEST_CASE("bootstrap: what a stock Envoy lacks and patches that nothing applies are noted") {
  const LoadedMesh loaded(text_of("basic-mtls") +
                          filter("  - applyTo: HTTP_FILTER\n    match: {context: GATEWAY}\n"
                                 "    patch: {operation: INSERT_FIRST, value: {name: x}}\n"));
  const auto notes = made(loaded, "egw-1.istio-egress").notes;
  const auto has = [&](std::string_view part) {
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
      return note.find(part) != std::string::npos;
    });
  };
  CHECK(has("\"istio.metadata_exchange\""));
  CHECK(has("HTTP_FILTER patch of EnvoyFilter istio-egress/patch"));
}

TEST_CASE("bootstrap: a name behind an SNI proxy can be led elsewhere") {
  Options options;
  options.endpoints = {{"en.wikipedia.org", 0, {"127.0.0.4", 4443}}};
  const LoadedMesh loaded = scenario("sni-proxy");
  const Json all = resources(made(loaded, "egw-1.istio-egress", options));
  const Json chains = named(all["listeners"], "sni_listener")["filter_chains"];
  REQUIRE(chains.size() == 2);
  CHECK(chains[0]["filter_chain_match"]["server_names"] == Json::array({"en.wikipedia.org"}));
  CHECK(chains[0]["filters"][0]["name"] == "envoy.filters.network.set_filter_state");
  CHECK(chains[1]["filter_chain_match"]["server_names"] == Json::array({"*.wikipedia.org"}));
}

TEST_CASE("bootstrap: YAML reads back as the JSON that it was made of") {
  const Json json = {{"a", Json::array({1, "1", "yes", Json::array({"x"}), Json::object()})},
                     {"b", {{"c", true}, {"d", ": #"}, {"e", nullptr}}},
                     {"f", Json::array({{{"g", 1}, {"h", Json::array({2})}}})}};
  CHECK(to_yaml(json) ==
        "a:\n- 1\n- \"1\"\n- \"yes\"\n- - x\n- {}\nb:\n  c: true\n  d: \": #\"\n  e: null\n"
        "f:\n- g: 1\n  h:\n  - 2\n");
}

}  // namespace
}  // namespace egressctl::bootstrap
