// Which files of a folder are no manifests by themselves, because Kustomize lays them over others.
//
// Source: the reference of kustomization.yaml (fields patches, patchesStrategicMerge and
// patchesJson6902), https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/source.h"

namespace egressctl::lint {

// Whether Kustomize reads a file of that name (without folders) by itself.
[[nodiscard]] bool is_kustomization(std::string_view file_name);

// The patches that a kustomization.yaml names, as they are written there, relative to its folder;
// patches that stand in it are not among them. None where it can't be read.
[[nodiscard]] std::vector<std::string> named_patches(const Source& kustomization);

}  // namespace egressctl::lint
