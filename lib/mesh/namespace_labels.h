// The labels of Namespaces, by which selectors choose them.
#pragma once

#include <string>
#include <string_view>

#include "lib/resource/resource.h"

namespace egressctl::mesh {

// The label that Kubernetes gives to every Namespace: its name.
inline constexpr std::string_view kNamespaceNameLabel = "kubernetes.io/metadata.name";

// What is written at a Namespace, and its name.
[[nodiscard]] inline resource::TextMap namespace_labels(const resource::Resource& name_space) {
  resource::TextMap out = name_space.metadata.labels;
  if (out->find(kNamespaceNameLabel) == nullptr)
    out.value.entries.push_back({std::string(kNamespaceNameLabel), name_space.metadata.name});
  return out;
}

}  // namespace egressctl::mesh
