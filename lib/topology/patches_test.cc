#include "lib/topology/patches.h"

#include <string>

#include <doctest/doctest.h>

#include "lib/topology/test_mesh.h"

namespace egressctl::topology {
namespace {

using testing::LoadedMesh;

TEST_CASE("patches that are left out are told of, whichever proxy they are for") {
  const auto said = [](const std::string& patch) {
    const LoadedMesh loaded(
        "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\n"
        "metadata: {name: odd, namespace: apps}\nspec:\n  configPatches:\n  - " +
        patch + "    patch: {operation: MERGE, value: {name: x}}\n");
    std::string out;
    for (const Diagnostic& one : patches_left_out(loaded.mesh()))
      out += std::to_string(one.range.start_position().line) + ": " + one.message;
    return out;
  };
  CHECK(said("applyTo: BOOTSTRAP\n") ==
        "6: EnvoyFilter apps/odd is not in what is computed: patches of BOOTSTRAP are left out");
  CHECK(said("applyTo: EXTENSION_CONFIG\n").find("EXTENSION_CONFIG are left out") !=
        std::string::npos);
  CHECK(said("applyTo: CLUSTER\n    match: {proxy: {metadata: {CLUSTER_ID: one}}}\n")
            .find("proxies of some metadata") != std::string::npos);
  CHECK(said("applyTo: CLUSTER\n    match: {context: WAYPOINT}\n").find("waypoints") !=
        std::string::npos);
  CHECK(said("applyTo: CLUSTER\n").empty());
}

}  // namespace
}  // namespace egressctl::topology
