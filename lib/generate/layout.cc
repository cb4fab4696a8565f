#include "lib/generate/layout.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/generate/helm_chart.h"
#include "lib/yaml/emit.h"

namespace egressctl::generate {
namespace {

// `<namespace>/<kind>-<name>.yaml`; file systems take 255 bytes, a kind and a label fit.
std::string path_of(const Manifest& manifest) {
  const std::string folder = manifest.name_space.empty() ? "cluster" : manifest.name_space;
  return fmt::format("{}/{}-{}.yaml", folder, to_lower(manifest.kind), manifest.name);
}

std::vector<OutputFile> resource_files(std::span<const Manifest> manifests) {
  std::vector<OutputFile> files;
  for (const Manifest& manifest : manifests) files.push_back({path_of(manifest), manifest.text});
  return files;
}

OutputFile kustomization(std::span<const OutputFile> resources) {
  std::string text =
      "# In apply order: what others need first, what cuts traffic off last.\n"
      "apiVersion: kustomize.config.k8s.io/v1beta1\n"
      "kind: Kustomization\n"
      "resources:\n";
  for (const OutputFile& file : resources) text += "- " + yaml::emit_string(file.path) + "\n";
  return {"kustomization.yaml", std::move(text)};
}

}  // namespace

std::string to_stream(std::span<const Manifest> manifests) {
  std::string text;
  for (const Manifest& manifest : manifests) {
    if (!text.empty()) text += "---\n";
    text += manifest.text;
  }
  return text;
}

std::vector<OutputFile> lay_out(std::span<const Manifest> manifests, Layout layout,
                                std::span<const spec::Spec> specs) {
  std::vector<OutputFile> files;
  switch (layout) {
    case Layout::File: files.push_back({set_name(specs) + ".yaml", to_stream(manifests)}); break;
    case Layout::Resource: files = resource_files(manifests); break;
    case Layout::Kustomize:
      files = resource_files(manifests);
      files.push_back(kustomization(files));
      break;
    case Layout::Helm: files = helm_chart(manifests, specs); break;
  }
  std::sort(files.begin(), files.end(),
            [](const OutputFile& a, const OutputFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace egressctl::generate
