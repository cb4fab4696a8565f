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
  auto& resources = manifests_.resources;
  const std::deque<resource::Resource> made =
      mesh::convert_gateway_api(mesh::Mesh(resources, options));
  resources.insert(resources.end(), made.begin(), made.end());
  mesh_ = std::make_unique<mesh::Mesh>(manifests_.resources, options);
}

LoadedMesh load_scenario(const std::filesystem::path& folder) {
  const std::filesystem::path config = folder / "meshconfig.yaml";
  return LoadedMesh(
      egressctl::testing::read_file(folder / "manifests.yaml"),
      std::filesystem::exists(config) ? egressctl::testing::read_file(config) : std::string());
}

}  // namespace egressctl::topology::testing
