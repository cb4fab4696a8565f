// Manifests for tests: loaded, with the mesh that they make.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/mesh/mesh.h"
#include "lib/resource/resource.h"
#include "lib/yaml/load.h"

namespace egressctl::topology::testing {

// Resources of one text; fails the running test case on findings.
struct LoadedResources {
  explicit LoadedResources(std::string text);
  LoadedResources(const LoadedResources&) = delete;
  LoadedResources& operator=(const LoadedResources&) = delete;

  Diagnostics findings;
  Source source;
  std::vector<yaml::Document> documents;
  std::vector<resource::Resource> resources;
};

// A mesh of manifests and, where it isn't empty, of a MeshConfig.
class LoadedMesh {
 public:
  explicit LoadedMesh(std::string manifests, std::string mesh_config = {});

  [[nodiscard]] const mesh::Mesh& mesh() const { return *mesh_; }

 private:
  LoadedResources manifests_;
  std::unique_ptr<LoadedResources> config_;
  std::unique_ptr<const mesh::Mesh> mesh_;
};

// The mesh of a folder of testdata/topology: manifests.yaml and maybe meshconfig.yaml.
[[nodiscard]] LoadedMesh load_scenario(const std::filesystem::path& folder);

}  // namespace egressctl::topology::testing
