// Holds the model against what istiod sends: testdata/topology/*/{sidecar,gateway}.xds.json were
// sent by a running one, testdata/istiod/*/ are what its generator makes of the same input.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/testing/files.h"
#include "lib/topology/test_mesh.h"
#include "lib/topology/topology.h"
#include "lib/topology/xds_json.h"

namespace egressctl::topology {
namespace {

using Json = nlohmann::json;

// What no egress flow depends on and the model does not have.
bool is_left_out(const std::string& filter) {
  static const std::set<std::string> kNames = {"istio.metadata_exchange", "istio.stats",
                                               "istio_authn"};
  return kNames.contains(filter);
}

Json sorted(Json list) {
  std::sort(list.begin(), list.end());
  return list;
}

Json chain_fact(const Json& chain) {
  Json out = Json::object();
  out["match"] = Json::object();
  for (const auto& [key, value] : chain.at("match").items())
    out["match"][key] = value.is_array() ? sorted(value) : value;
  out["filters"] = Json::array();
  for (const Json& filter : chain.at("filters"))
    if (!is_left_out(filter)) out["filters"].push_back(filter);
  for (const char* key : {"cluster", "route_config", "downstream_tls"})
    if (chain.contains(key)) out[key] = chain[key];
  if (chain.contains("weighted_clusters"))
    out["weighted_clusters"] = sorted(chain["weighted_clusters"]);
  return out;
}

Json part(const Json& from, const std::vector<std::string>& keys) {
  Json out = Json::object();
  for (const std::string& key : keys)
    if (from.contains(key)) out[key] = from[key];
  return out;
}

std::map<std::string, Json> facts_of(const Json& document) {
  std::map<std::string, Json> out;
  for (const Json& listener : document.at("listeners")) {
    const std::string name = "listener " + listener.at("name").get<std::string>();
    if (name == "listener virtualInbound") continue;
    out[name] = part(listener, {"address", "port", "internal", "bind_to_port"});
    for (const Json& chain : listener.at("filter_chains")) {
      const Json fact = chain_fact(chain);
      out[name + " chain " + fact.at("match").dump()] = fact;
    }
    if (listener.contains("default_filter_chain"))
      out[name + " default"] = chain_fact(listener["default_filter_chain"]);
  }
  for (const Json& cluster : document.at("clusters")) {
    const auto name = cluster.at("name").get<std::string>();
    if (name.starts_with("inbound|") || name.starts_with("InboundPassthroughCluster")) continue;
    Json fact = part(cluster, {"type", "lb_policy", "upstream_tls", "upstream_tls_matches"});
    fact["endpoints"] = sorted(cluster.value("endpoints", Json::array()));
    out["cluster " + name] = std::move(fact);
  }
  for (const Json& routes : document.at("routes"))
    for (const Json& host : routes.at("virtual_hosts")) {
      Json& fact = out[fmt::format("route {} {}", routes.at("name").get<std::string>(),
                                   host.at("name").get<std::string>())];
      fact = part(host, {"routes"});
      fact["domains"] = sorted(host.at("domains"));
    }
  return out;
}

void compare(const std::filesystem::path& expected, const Topology& actual) {
  const auto wanted = facts_of(Json::parse(egressctl::testing::read_file(expected)));
  const auto found = facts_of(Json::parse(to_xds_json(actual)));
  CAPTURE(expected.parent_path().filename().string());
  REQUIRE(wanted.size() > 3);
  for (const auto& entry : wanted) {
    CAPTURE(entry.first);
    const auto same = found.find(entry.first);
    REQUIRE(same != found.end());
    CHECK(same->second == entry.second);
  }
  for (const auto& entry : found) {
    CAPTURE(entry.first);
    CHECK(wanted.contains(entry.first));
  }
}

std::size_t compare_all(const std::filesystem::path& folder) {
  std::size_t scenarios = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const testing::LoadedMesh loaded = testing::load_scenario(entry.path());
    const auto sidecar = find_proxy(loaded.mesh(), "ubuntu.default");
    const auto gateway = find_proxy(loaded.mesh(), "egw-1.istio-egress");
    REQUIRE(sidecar.has_value());
    REQUIRE(gateway.has_value());
    CHECK(sidecar->type == ProxyType::Sidecar);
    CHECK(gateway->type == ProxyType::Router);
    const Computer computer(loaded.mesh());
    compare(entry.path() / "sidecar.xds.json", computer.compute(*sidecar));
    compare(entry.path() / "gateway.xds.json", computer.compute(*gateway));
    ++scenarios;
  }
  return scenarios;
}

TEST_CASE("scenarios: both proxies get what istiod sent them") {
  CHECK(compare_all(egressctl::testing::testdata() / "topology") == 21);
  CHECK(compare_all(egressctl::testing::testdata() / "istiod") == 61);
}

// The endpoint "172.17.N.1" of each cluster has a sidecar; istiod's label "tlsMode" of it.
TEST_CASE("scenarios: endpoints take mTLS as rules and PeerAuthentications say") {
  const testing::LoadedMesh loaded =
      testing::load_scenario(egressctl::testing::testdata() / "istiod" / "auto-passthrough");
  const auto sidecar = find_proxy(loaded.mesh(), "ubuntu.default");
  REQUIRE(sidecar.has_value());
  const Topology actual = compute(loaded.mesh(), *sidecar);
  const auto takes_mutual_tls = [&](const std::string& name) {
    CAPTURE(name);
    const Cluster* cluster = actual.cluster(name + ".default.svc.cluster.local");
    REQUIRE(cluster != nullptr);
    REQUIRE_FALSE(cluster->endpoints.empty());
    return cluster->endpoints.front().mutual_tls;
  };
  CHECK(takes_mutual_tls("outbound|443||backend"));
  CHECK_FALSE(takes_mutual_tls("outbound|443||plain"));
  CHECK_FALSE(takes_mutual_tls("outbound|443||legacy"));
  CHECK(takes_mutual_tls("outbound|443||portal"));
  CHECK_FALSE(takes_mutual_tls("outbound|80||portal"));
  CHECK(takes_mutual_tls("outbound|443||split"));
  CHECK_FALSE(takes_mutual_tls("outbound|80||split"));
  CHECK(takes_mutual_tls("outbound|80|a|split"));
  CHECK_FALSE(takes_mutual_tls("outbound|80|b|split"));
  CHECK_FALSE(takes_mutual_tls("outbound|80|as-all|split"));
  CHECK(takes_mutual_tls("outbound|443|balanced|split"));
}

}  // namespace
}  // namespace egressctl::topology
