#include "lib/topology/test_mesh.h"

#include <utility>

#include <doctest/doctest.h>

#include "lib/mesh/gateway_api.h"
#include "lib/resource/load.h"
#include "lib/testing/files.h"

namespace egressctl::topology::testing {

LoadedResources::LoadedResources(std::string text)
    : source("set.yaml", std::move(text)),
      documents(yaml::load(source, findings)),
      resources(resource::load_resources(documents, findings)) {
  REQUIRE(findings.empty());
}

LoadedMesh::LoadedMesh(std::string manifests, std::string mesh_config)
    : manifests_(std::move(manifests)) {
  mesh::Options options;
  if (!mesh_config.empty()) {
    config_ = std::make_unique<LoadedResources>(std::move(mesh_config));
    REQUIRE(config_->resources.size() == 1);
    options.mesh_resource = &config_->resources.front();
  }
  mesh_ = std::make_unique<const mesh::Mesh>(manifests_.resources, options);
  if (auto whole = mesh::with_gateway_api(*mesh_, options)) mesh_ = std::move(whole);
}

LoadedMesh load_scenario(const std::filesystem::path& folder) {
  const std::filesystem::path config = folder / "meshconfig.yaml";
  return LoadedMesh(
      egressctl::testing::read_file(folder / "manifests.yaml"),
      std::filesystem::exists(config) ? egressctl::testing::read_file(config) : std::string());
}

}  // namespace egressctl::topology::testing
