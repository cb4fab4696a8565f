// Proxies of the scenarios that a real istiod configured, as what a forwarder runs.
#include "lib/datapath/proxy_roles.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/testing/files.h"
#include "lib/testing/golden.h"
#include "lib/topology/test_mesh.h"
#include "lib/topology/topology.h"

namespace egressctl::datapath {
namespace {

using forward::RouteConfig;

std::string place_of(const RouteConfig& route) {
  std::string out =
      route.original_destination
          ? " where it went"
          : fmt::format(" {}:{}", route.host.empty() ? "the name asked for" : route.host,
                        route.port);
  if (route.tls)
    out += fmt::format(" TLS sni {} alpn {} peers {}", route.tls->server_name,
                       join(route.tls->alpn, ","), join(route.tls->peer_names, ","));
  return out + "\n";
}

void show(const RouteConfig& route, const std::string& indent, std::string& out) {
  out += fmt::format("{}{} -> ", indent, join(route.names, " "));
  if (route.choices.empty()) {
    out += route.cluster + place_of(route);
  } else {
    out += "one of\n";
    for (const RouteConfig* way : forward::ways_of(route))
      out += fmt::format("{}  {} of {}{}", indent, way->weight, way->cluster, place_of(*way));
  }
  if (!route.termination) return;
  out += fmt::format("{}  ends TLS of {}{}{}\n", indent,
                     route.termination->tls.peer_names.empty()
                         ? "the mesh"
                         : join(route.termination->tls.peer_names, ","),
                     route.termination->listener.empty() ? "" : ", " + route.termination->listener,
                     route.termination->same_name ? ", same name" : "");
  for (const RouteConfig& inner : route.termination->inside) show(inner, indent + "    ", out);
}

std::string shown(const ProxyRoles& roles) {
  std::string out;
  for (const RoleListener& listener : roles.listeners) {
    out += fmt::format("port {}\n", listener.port);
    for (const RouteConfig& route : listener.routes) show(route, "  ", out);
    for (const RouteConfig& route : listener.plain) show(route, "  plain ", out);
  }
  for (const NotRun& each : roles.not_run) out += fmt::format("not run: {}\n", each.what);
  return out;
}

TEST_CASE("proxies of istiod's scenarios run as Envoy would") {
  const auto topologies = egressctl::testing::testdata() / "topology";
  for (const char* scenario :
       {"basic-mtls", "sni-proxy", "three-modes-one-gateway", "tls-origination-at-gateway",
        "tls-origination-at-sidecar", "passthrough-gateway", "registry-only", "tcp-with-addresses",
        "http-gateway"}) {
    CAPTURE(scenario);
    const auto loaded = topology::testing::load_scenario(topologies / scenario);
    std::string text;
    for (const mesh::Workload& workload : loaded.mesh().workloads().all()) {
      const topology::Proxy proxy = topology::proxy_of(loaded.mesh(), workload);
      text += fmt::format("== {}.{}\n{}", proxy.name, proxy.name_space,
                          shown(roles_of(topology::compute(loaded.mesh(), proxy), {})));
    }
    egressctl::testing::check_golden(
        egressctl::testing::testdata() / "forward/proxies" / (std::string(scenario) + ".out"),
        text);
  }
}

TEST_CASE("weighted clusters and several endpoints share what comes") {
  const topology::testing::LoadedMesh loaded(R"(apiVersion: v1
kind: Pod
metadata: {name: client, namespace: default, labels: {app: client}}
status: {podIP: 10.1.1.1}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: blue, namespace: default}
spec:
  hosts: [blue.example.com]
  ports: [{number: 443, name: tls, protocol: TLS}]
  resolution: STATIC
  endpoints: [{address: 203.0.113.1}, {address: 203.0.113.2}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: green, namespace: default}
spec:
  hosts: [green.example.com]
  ports: [{number: 443, name: tls, protocol: TLS}]
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: split, namespace: default}
spec:
  hosts: [blue.example.com]
  tls:
  - match: [{port: 443, sniHosts: [blue.example.com]}]
    route:
    - {destination: {host: blue.example.com, port: {number: 443}}, weight: 90}
    - {destination: {host: green.example.com, port: {number: 443}}, weight: 10}
)");
  const auto proxy = topology::find_proxy(loaded.mesh(), "client.default");
  REQUIRE(proxy);
  const ProxyRoles roles = roles_of(topology::compute(loaded.mesh(), *proxy), {});
  const std::string text = shown(roles);
  CAPTURE(text);
  CHECK(text.find(R"(  blue.example.com -> one of
    1 of outbound|443||blue.example.com 203.0.113.1:443
    1 of outbound|443||blue.example.com 203.0.113.2:443
    10 of outbound|443||green.example.com green.example.com:443
)") != std::string::npos);
}

TEST_CASE("where the gateway is can be said") {
  const auto loaded =
      topology::testing::load_scenario(egressctl::testing::testdata() / "topology/basic-mtls");
  const auto proxy = topology::find_proxy(loaded.mesh(), "ubuntu.default");
  REQUIRE(proxy);
  Surroundings around;
  around.gateways = {{0, "127.0.0.1", 8443}};
  const ProxyRoles roles = roles_of(topology::compute(loaded.mesh(), *proxy), around);
  const auto wrapped = [](const RouteConfig& route) {
    return route.tls.has_value() && route.host == "127.0.0.1" && route.port == 8443;
  };
  int count = 0;
  for (const RoleListener& listener : roles.listeners)
    count +=
        static_cast<int>(std::count_if(listener.routes.begin(), listener.routes.end(), wrapped));
  CHECK_GE(count, 1);
}

}  // namespace
}  // namespace egressctl::datapath
