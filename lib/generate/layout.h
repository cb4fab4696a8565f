// How a set of manifests is laid out in files.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/generate/manifest.h"
#include "lib/spec/spec.h"

namespace egressctl::generate {

enum class Layout {
  File,       // one stream, in apply order
  Resource,   // a file a resource
  Kustomize,  // Resource, with a kustomization.yaml
  Helm,       // a chart whose values are the spec's knobs
};

// A file that is to be, its path relative to the output directory with '/'.
struct OutputFile {
  std::string path;
  std::string text;
};

// All manifests as one YAML stream.
[[nodiscard]] std::string to_stream(std::span<const Manifest> manifests);

// The files of a layout, sorted by path. `name` is the set's: the stream's file and the chart are
// called so. For Layout::Helm the manifests must have been made for Target::HelmChart.
[[nodiscard]] std::vector<OutputFile> lay_out(std::span<const Manifest> manifests, Layout layout,
                                              std::span<const spec::Spec> specs);

}  // namespace egressctl::generate
