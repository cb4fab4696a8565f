// Where a field of MeshConfig would be that is not there.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/source.h"
#include "lib/mesh/mesh.h"
#include "lib/resource/resource.h"

namespace egressctl::lint::rules {

// What stands for the missing field: the key of the text that holds the MeshConfig, or its spec.
[[nodiscard]] SourceRange mesh_config_place(const resource::Resource& holder);

// The field's path in the resource: "data.mesh accessLogFile", "spec.meshConfig.accessLogFile".
[[nodiscard]] std::string mesh_config_path(const resource::Resource& holder,
                                           std::string_view field);

// The mapping of the MeshConfig that can be edited, or nullptr.
[[nodiscard]] const yaml::Node* mesh_config_node(const resource::Resource& holder);

// Whether another MeshConfig of the input, of a second control plane or revision, or one that is
// laid over the first, has the field.
[[nodiscard]] bool other_config_has(const mesh::Mesh& mesh, std::string_view field);

}  // namespace egressctl::lint::rules
