// Manifests as a mesh: the files that a person names, and what flags say of the mesh around them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/configuration.h"
#include "lib/base/result.h"
#include "lib/lint/workspace.h"
#include "lib/mesh/mesh.h"

namespace CLI {
class App;
}

namespace egressctl::cli {

struct MeshFlags {
  std::string name_space = "default";  // -n: of resources that name none
  std::string istio_version;           // --istio-version
  std::string root_namespace;          // --root-namespace
  std::string cluster_domain;          // --cluster-domain
  std::string mesh_config;             // --mesh-config: a file
  ConfigurationFlags configuration;
  const CLI::App* command = nullptr;  // whose configuration file counts; nullptr: it reads none
};

// Adds all flags that say what is around the manifests, --config and --no-config among them.
void add_set_flags(CLI::App& command, MeshFlags& flags);

// Adds --root-namespace, --cluster-domain and --mesh-config.
void add_mesh_flags(CLI::App& command, MeshFlags& flags);

// Adds --istio-version and -n.
void add_resource_flags(CLI::App& command, MeshFlags& flags);

// Puts the settings of the mesh where the flags are.
void take_mesh_settings(const std::map<std::string_view, Setting>& settings, MeshFlags& flags);

// What the flags say. Keep it as long as the options are used.
struct MeshInput {
  mesh::Options options;
  std::unique_ptr<const lint::Workspace> mesh_config;  // that options.mesh_resource points into
};

// Fails with ErrorCode::Usage for a release that is none and for a file without a MeshConfig.
[[nodiscard]] Result<MeshInput> read_mesh_flags(const MeshFlags& flags);

// Manifests and the mesh that they make, with what istiod makes of the Gateway API's.
struct MeshOfFiles {
  MeshInput input;
  ConfigurationFile configuration;
  std::unique_ptr<const lint::Workspace> workspace;
  std::unique_ptr<const resource::Resource> mesh_config;  // what the configuration makes of it
  std::unique_ptr<const mesh::Mesh> mesh;
  ExitCode exit = ExitCode::Done;  // what was wrong with the YAML, as reported
};

enum class EmptySet { Refused, Allowed };

// Reads the files, but for those that the configuration file leaves out, and reports on
// `context.err` what is wrong with their YAML; the rest goes on. Without any object, and nothing
// that says why, it fails with ErrorCode::Usage, unless the set may be empty.
[[nodiscard]] Result<MeshOfFiles> load_mesh(Context& context, const std::vector<std::string>& paths,
                                            const MeshFlags& flags,
                                            EmptySet empty = EmptySet::Refused);

}  // namespace egressctl::cli
