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

void show(const RouteConfig& route, const std::string& indent, std::string& out) {
  out += fmt::format("{}{} -> {}", indent, join(route.names, " "), route.cluster);
  if (route.original_destination)
    out += " where it went";
  else
    out +=
        fmt::format(" {}:{}", route.host.empty() ? "the name asked for" : route.host, route.port);
  if (route.tls)
    out += fmt::format(" TLS sni {} alpn {} peers {}", route.tls->server_name,
                       join(route.tls->alpn, ","), join(route.tls->peer_names, ","));
  out += "\n";
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
