// Holds the tables against istioctl's own, testdata/topology/*/*.{listeners,clusters}.txt.
#include "lib/render/proxy_tables.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "lib/testing/files.h"
#include "lib/topology/test_mesh.h"
#include "lib/topology/topology.h"

namespace egressctl::render {
namespace {

const std::filesystem::path kScenarios = testing::testdata() / "topology";

TEST_CASE("proxy tables: column for column what istioctl prints") {
  std::size_t tables = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kScenarios)) {
    const auto loaded = topology::testing::load_scenario(entry.path());
    const topology::Computer computer(loaded.mesh());
    for (const auto& proxy :
         {std::pair("sidecar", "ubuntu.default"), std::pair("gateway", "egw-1.istio-egress")}) {
      const auto found = topology::find_proxy(loaded.mesh(), proxy.second);
      REQUIRE(found.has_value());
      const topology::Topology topology = computer.compute(*found);
      const std::string base = (entry.path() / proxy.first).string();
      CAPTURE(base);
      CHECK(listener_table(topology) == egressctl::testing::read_file(base + ".listeners.txt"));
      CHECK(cluster_table(topology) == egressctl::testing::read_file(base + ".clusters.txt"));
      tables += 2;
    }
  }
  CHECK(tables == 84);
}

}  // namespace
}  // namespace egressctl::render
