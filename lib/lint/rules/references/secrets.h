// The Secrets of the input, and what else of it brings Secrets into being.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lib/lint/context.h"

namespace egressctl::lint::rules {

// Immutable once built; points into the input.
class Secrets {
 public:
  explicit Secrets(const mesh::Mesh& mesh);

  // The Secret, or nullptr.
  [[nodiscard]] const resource::Resource* find(std::string_view name_space,
                                               std::string_view name) const;

  // The Secrets of that name in any namespace.
  [[nodiscard]] const std::vector<const resource::Resource*>& named(std::string_view name) const;

  // Whether the Secret is there or something of the input makes it: a Certificate of cert-manager,
  // a SealedSecret, an ExternalSecret.
  [[nodiscard]] bool has(std::string_view name_space, std::string_view name) const;

  // Whether the input has Secrets with certificates of the namespace, so that the absence of one
  // means something.
  [[nodiscard]] bool knows(std::string_view name_space) const {
    return known_.contains(name_space);
  }

  // Whether `data` or `stringData` has one of the keys. A Secret that shows no data has all.
  [[nodiscard]] static bool has_key(const resource::Resource& secret,
                                    std::initializer_list<std::string_view> keys);

 private:
  std::unordered_map<std::string_view, std::vector<const resource::Resource*>> by_name_;
  std::unordered_map<const resource::Resource*, std::string_view> namespaces_;
  std::unordered_set<std::string> made_;  // "namespace/name"
  std::unordered_set<std::string_view> known_;
};

}  // namespace egressctl::lint::rules
