#include "lib/lint/kustomization.h"

#include "lib/base/diagnostic.h"
#include "lib/yaml/load.h"
#include "lib/yaml/node.h"

namespace egressctl::lint {
namespace {

// A patch is a path or the text of a patch, which has more than one line or is a mapping.
void add_path(const yaml::Node* node, std::vector<std::string>& out) {
  if (node != nullptr && node->is_scalar() && !node->scalar.empty() &&
      node->scalar.find_first_of("\n{") == std::string_view::npos)
    out.emplace_back(node->scalar);
}

}  // namespace

bool is_kustomization(std::string_view file_name) {
  return file_name == "kustomization.yaml" || file_name == "kustomization.yml" ||
         file_name == "Kustomization";
}

std::vector<std::string> named_patches(const Source& kustomization) {
  Diagnostics ignored;
  const auto documents = yaml::load(kustomization, ignored);
  std::vector<std::string> out;
  for (const auto& document : documents) {
    const yaml::Node& root = document.root();
    for (const std::string_view key : {"patches", "patchesJson6902"})
      if (const yaml::Node* list = root.find(key); list != nullptr && list->is_sequence())
        for (const yaml::Node& item : list->items)
          if (item.is_mapping()) add_path(item.find("path"), out);
    if (const yaml::Node* list = root.find("patchesStrategicMerge");
        list != nullptr && list->is_sequence())
      for (const yaml::Node& item : list->items) add_path(&item, out);
  }
  return out;
}

}  // namespace egressctl::lint
