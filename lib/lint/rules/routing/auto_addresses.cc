#include "lib/lint/rules/routing/auto_addresses.h"

#include <array>

namespace egressctl::lint::rules {
namespace {

bool is_set(const mesh::Mesh& mesh, std::string_view variable) {
  const resource::MeshConfig* config = mesh.settings().mesh_config;
  if (config == nullptr || config->default_config.node == nullptr) return false;
  const std::array<std::string_view, 2> path{"proxyMetadata", variable};
  const yaml::Node* value = config->default_config.node->path(path);
  return value != nullptr && value->scalar == "true";
}

}  // namespace

bool captures_dns(const mesh::Mesh& mesh) {
  return is_set(mesh, "ISTIO_META_DNS_CAPTURE");
}

bool allocates_addresses(const mesh::Mesh& mesh) {
  // The proxy did it up to Istio 1.24, istiod does it since.
  return captures_dns(mesh) && (is_set(mesh, "ISTIO_META_DNS_AUTO_ALLOCATE") ||
                                is_set(mesh, "PILOT_ENABLE_IP_AUTOALLOCATE"));
}

bool has_allocated_address(const resource::Resource& entry) {
  constexpr std::array<std::string_view, 2> kPath{"status", "addresses"};
  const yaml::Node* addresses = entry.node->path(kPath);
  return addresses != nullptr && !addresses->items.empty();
}

}  // namespace egressctl::lint::rules
