// The pods that AuthorizationPolicies bind.
#pragma once

#include <string_view>
#include <unordered_map>

#include "lib/mesh/mesh.h"

namespace egressctl::lint::rules {

// What some policies bind: all pods, those of a namespace, or single ones.
class BoundPods {
 public:
  void add(const mesh::Mesh& mesh, const resource::Resource& resource);

  // A policy that binds the pod, the one for it alone first; nullptr when there is none.
  [[nodiscard]] const resource::Resource* policy_of(const mesh::Workload& pod) const;

 private:
  const resource::Resource* everywhere_ = nullptr;
  std::unordered_map<std::string_view, const resource::Resource*> namespaces_;
  std::unordered_map<const mesh::Workload*, const resource::Resource*> pods_;
};

}  // namespace egressctl::lint::rules
