// A Helm chart of a set: the manifests with the spec's knobs as values.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lib/generate/layout.h"
#include "lib/generate/manifest.h"
#include "lib/spec/spec.h"

namespace egressctl::generate {

// The name of a set made of several specs: theirs, joined by '-', as a DNS label.
[[nodiscard]] std::string set_name(std::span<const spec::Spec> specs);

// Chart.yaml, values.yaml and the templates, not sorted. The manifests must have been made for
// Target::HelmChart and of exactly one spec, which `specs` holds. With the values unchanged the
// chart renders to what Target::Manifest makes.
[[nodiscard]] std::vector<OutputFile> helm_chart(std::span<const Manifest> manifests,
                                                 std::span<const spec::Spec> specs);

}  // namespace egressctl::generate
