#include "lib/lint/rules/references/secrets.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace egressctl::lint::rules {
namespace {

using resource::Resource;

std::string_view text_at(const Resource& resource, std::string_view first, std::string_view second,
                         std::string_view third = {}) {
  const yaml::Node* node = third.empty() ? resource.node->path(std::array{first, second})
                                         : resource.node->path(std::array{first, second, third});
  return node != nullptr && node->is_scalar() ? node->scalar : std::string_view();
}

// The name of the Secret that a controller makes of the resource; empty when it makes none.
std::string_view made_by(const Resource& resource) {
  const std::string_view kind = *resource.kind_name;
  const std::string_view own = *resource.metadata.name;
  const auto or_own = [&](std::string_view name) { return name.empty() ? own : name; };
  if (kind == "Certificate") return text_at(resource, "spec", "secretName");
  if (kind == "ExternalSecret") return or_own(text_at(resource, "spec", "target", "name"));
  if (kind == "SealedSecret") return own;
  if (kind == "VaultStaticSecret" || kind == "VaultDynamicSecret" || kind == "VaultPKISecret")
    return text_at(resource, "spec", "destination", "name");
  return {};
}

}  // namespace

Secrets::Secrets(const mesh::Mesh& mesh) {
  for (const Resource* resource : mesh.all(resource::Kind::Unknown)) {
    const std::string_view name_space = mesh.namespace_of(*resource);
    if (*resource->kind_name == "Secret" && resource->api_version.group.empty()) {
      by_name_[*resource->metadata.name].push_back(resource);
      namespaces_[resource] = name_space;
      if (has_key(*resource, {"tls.crt", "cert", "ca.crt", "cacert"})) known_.insert(name_space);
    } else if (const std::string_view name = made_by(*resource); !name.empty()) {
      made_.insert(fmt::format("{}/{}", name_space, name));
    }
  }
}

const std::vector<const Resource*>& Secrets::named(std::string_view name) const {
  static const std::vector<const Resource*> kNone;
  const auto found = by_name_.find(name);
  return found != by_name_.end() ? found->second : kNone;
}

const Resource* Secrets::find(std::string_view name_space, std::string_view name) const {
  const auto& all = named(name);
  const auto found = std::find_if(all.begin(), all.end(), [&](const Resource* secret) {
    return namespaces_.at(secret) == name_space;
  });
  return found != all.end() ? *found : nullptr;
}

bool Secrets::has(std::string_view name_space, std::string_view name) const {
  return find(name_space, name) != nullptr ||
         (!made_.empty() && made_.contains(fmt::format("{}/{}", name_space, name)));
}

bool Secrets::has_key(const Resource& secret, std::initializer_list<std::string_view> keys) {
  bool shows = false;
  for (const std::string_view part : {"data", "stringData"}) {
    const yaml::Node* data = secret.node->find(part);
    if (data == nullptr || data->entries.empty()) continue;
    shows = true;
    if (std::any_of(keys.begin(), keys.end(),
                    [&](std::string_view key) { return data->find(key) != nullptr; }))
      return true;
  }
  return !shows;
}

}  // namespace egressctl::lint::rules
