#include "lib/lint/rules/security/bound_pods.h"

#include "lib/mesh/policy_targets.h"

namespace egressctl::lint::rules {

void BoundPods::add(const mesh::Mesh& mesh, const resource::Resource& resource) {
  const auto& policy = *resource.as<resource::AuthorizationPolicy>();
  const std::string_view name_space = mesh.namespace_of(resource);
  const bool root = name_space == mesh.settings().root_namespace;
  const auto targets = mesh::targets_of(&policy.target_ref, &policy.target_refs);
  const resource::TextMap& selector = policy.selector->match_labels;
  if (!targets.empty()) {
    for (const mesh::Workload* pod : mesh.workloads().select(name_space, {}))
      if (mesh::name_gateway_of(targets, name_space, *pod)) pods_.try_emplace(pod, &resource);
  } else if (selector->empty()) {
    if (root && everywhere_ == nullptr) everywhere_ = &resource;
    namespaces_.try_emplace(name_space, &resource);
  } else {
    for (const mesh::Workload* pod :
         mesh.workloads().select(root ? std::string_view() : name_space, selector))
      pods_.try_emplace(pod, &resource);
  }
}

const resource::Resource* BoundPods::policy_of(const mesh::Workload& pod) const {
  if (const auto found = pods_.find(&pod); found != pods_.end()) return found->second;
  if (const auto found = namespaces_.find(pod.name_space); found != namespaces_.end())
    return found->second;
  return everywhere_;
}

}  // namespace egressctl::lint::rules
