#include <string>

#include <doctest/doctest.h>

#include "lib/testing/files.h"
#include "lib/topology/test_mesh.h"
#include "lib/topology/topology.h"

namespace egressctl::topology {
namespace {

using testing::LoadedMesh;

Topology topology_of(const LoadedMesh& loaded, std::string_view proxy) {
  const auto found = find_proxy(loaded.mesh(), proxy);
  REQUIRE(found.has_value());
  return compute(loaded.mesh(), *found);
}

// The cluster that connections with that server name take, and the line that decides it.
std::string way_of(const Topology& topology, std::string_view listener, std::string_view sni) {
  const Listener* found = topology.listener(listener);
  REQUIRE(found != nullptr);
  for (const FilterChain& chain : found->filter_chains)
    for (const std::string& name : chain.match.server_names)
      if (name == sni) return chain.target().cluster;
  return {};
}

TEST_CASE("gateway api: TLSRoutes lead through the gateway that istiod deploys, and out of it") {
  const LoadedMesh loaded =
      testing::load_scenario(egressctl::testing::testdata() / "gateway-api" / "tls-passthrough");
  const Topology client = topology_of(loaded, "curl.default");
  CHECK(way_of(client, "0.0.0.0_443", "edition.cnn.com") ==
        "outbound|443||cnn-egress-gateway-istio.default.svc.cluster.local");
  const Topology gateway = topology_of(loaded, "cnn-egress-gateway-istio.default");
  CHECK(gateway.proxy.type == ProxyType::Router);
  CHECK(gateway.proxy.service_account == "cnn-egress-gateway-istio");
  CHECK(way_of(gateway, "0.0.0.0_443", "edition.cnn.com") == "outbound|443||edition.cnn.com");
  const FilterChain& chain = gateway.listener("0.0.0.0_443")->filter_chains.front();
  REQUIRE_FALSE(chain.filters.back().causes.empty());
  const Cause& cause = chain.filters.back().causes.front();
  CHECK(resource::display_name(*cause.resource) ==
        "TLSRoute default/forward-cnn-from-egress-gateway");
}

TEST_CASE("gateway api: HTTPRoutes lead to a port where the gateway makes TLS") {
  const LoadedMesh loaded =
      testing::load_scenario(egressctl::testing::testdata() / "gateway-api" / "http-origination");
  const Topology gateway = topology_of(loaded, "cnn-egress-gateway-istio.default");
  const RouteConfiguration* routes = gateway.route("http.80");
  REQUIRE(routes != nullptr);
  REQUIRE(routes->virtual_hosts.size() == 1);
  const Route& route = routes->virtual_hosts.front().routes.front();
  CHECK(route.name == "default.forward-cnn-from-egress-gateway.0");
  CHECK(route.target.cluster == "outbound|443||edition.cnn.com");
  CHECK(route.causes.front().range.start_position().line == 45 + 1);
}

}  // namespace
}  // namespace egressctl::topology
