// The schemas that the program carries: of the kinds of kinds.h and of Istio's others.
//
// Source: Istio's CRDs (manifests/charts/base/files/crd-all.gen.yaml), istio.io/api mesh/v1alpha1,
// the Kubernetes API reference 1.33, Gateway API 1.5.
#pragma once

#include <span>

#include "lib/base/embedded_file.h"
#include "lib/resource/schema/schema.h"

namespace egressctl::resource {

// The type of MeshConfig, which is no kind.
inline constexpr std::string_view kMeshConfigType = "MeshConfig";

// All of them, read when first asked for. Safe to call from several threads.
[[nodiscard]] const SchemaSet& built_in_schemas();

// The files of lib/resource/schema, sorted by name. Defined by the build, see cmake/embed.cmake.
[[nodiscard]] std::span<const EmbeddedFile> embedded_schemas();

}  // namespace egressctl::resource
