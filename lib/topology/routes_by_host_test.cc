#include "lib/topology/routes_by_host.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/mesh/host.h"
#include "lib/topology/test_mesh.h"

namespace egressctl::topology {
namespace {

TEST_CASE("routes by host: finds what overlaps, in order, as looking at each does") {
  const std::vector<std::string> hosts = {
      "*",           "b.example.com", "*.example.com",   "a.example.com",
      "*.com",       "*ample.com",    "x.a.example.com", "*.a.example.com",
      "example.com", "a.example.org", "*.b.example.com", "service.ns.svc.cluster.local"};
  std::string text;
  for (std::size_t i = 0; i < hosts.size(); ++i)
    text += fmt::format(
        "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\n"
        "metadata: {{name: v{}, namespace: default}}\nspec: {{hosts: ['{}', "
        "'other{}.example.net']}}\n",
        i, hosts[i], i);
  const testing::LoadedMesh loaded(text);
  const VirtualServiceIndex index(loaded.mesh());
  const auto all = index.bound_to("mesh", "default");
  REQUIRE(all.size() == hosts.size());
  const RoutesByHost routes(all);
  for (const std::string& first : hosts)
    for (const std::string& second : hosts) {
      CAPTURE(first);
      CAPTURE(second);
      std::vector<const VirtualService*> expected;
      std::copy_if(all.begin(), all.end(), std::back_inserter(expected), [&](const auto* route) {
        return std::any_of(route->hosts().begin(), route->hosts().end(), [&](const auto& host) {
          return mesh::hosts_overlap(host, first) || mesh::hosts_overlap(host, second);
        });
      });
      CHECK(routes.overlapping({first, second}) == expected);
    }
  CHECK(routes.overlapping({"other3.example.net"}).size() == 2);  // by "*", too
}

}  // namespace
}  // namespace egressctl::topology
