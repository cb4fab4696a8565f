#include "lib/mesh/policy_targets.h"

#include <algorithm>

#include "lib/mesh/gateway_api.h"
#include "lib/mesh/gateway_api_parts.h"

namespace egressctl::mesh {

std::vector<const resource::TargetRef*> targets_of(
    const resource::Positioned<resource::TargetRef>* target_ref,
    const resource::List<resource::TargetRef>* target_refs) {
  std::vector<const resource::TargetRef*> out;
  if (target_refs != nullptr)
    for (const auto& target : **target_refs) out.push_back(&*target);
  if (out.empty() && target_ref != nullptr && target_ref->present()) out.push_back(&**target_ref);
  return out;
}

bool name_gateway(const std::vector<const resource::TargetRef*>& targets, std::string_view gateway,
                  std::string_view name_space) {
  return std::any_of(targets.begin(), targets.end(), [&](const resource::TargetRef* target) {
    return *target->group == gateway_api::kGroup && *target->kind == "Gateway" &&
           *target->name == gateway &&
           (target->name_space->empty() || *target->name_space == name_space);
  });
}

bool name_gateway_of(const std::vector<const resource::TargetRef*>& targets,
                     std::string_view name_space, const Workload& pod) {
  const resource::Text* gateway = (*pod.labels)->find(kGatewayNameLabel);
  return gateway != nullptr && pod.name_space == name_space &&
         name_gateway(targets, **gateway, name_space);
}

bool is_dry_run(const resource::Resource& policy) {
  const resource::Text* written = policy.metadata.annotations->find("istio.io/dry-run");
  return written != nullptr && (**written == "true" || **written == "True" || **written == "1");
}

}  // namespace egressctl::mesh
