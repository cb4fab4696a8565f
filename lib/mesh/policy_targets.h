// What a policy is for by its `targetRefs`, which name gateways of the Gateway API, and whether it
// is in force.
//
// Source: istio/istio pilot/pkg/model/policyattachment.go.
#pragma once

#include <string_view>
#include <vector>

#include "lib/mesh/workload.h"
#include "lib/resource/resource.h"
#include "lib/resource/selector.h"

namespace egressctl::mesh {

// The targets of an AuthorizationPolicy, a Telemetry, ...: the older `targetRef` counts where there
// are no `targetRefs`. Either may be nullptr.
[[nodiscard]] std::vector<const resource::TargetRef*> targets_of(
    const resource::Positioned<resource::TargetRef>* target_ref,
    const resource::List<resource::TargetRef>* target_refs);

// Whether one of a policy's targets is the Gateway of that name in the policy's own namespace.
[[nodiscard]] bool name_gateway(const std::vector<const resource::TargetRef*>& targets,
                                std::string_view gateway, std::string_view name_space);

// Whether a policy of the namespace with these targets is for the pod, which it is when the pod has
// the name of one of the Gateways as a label.
[[nodiscard]] bool name_gateway_of(const std::vector<const resource::TargetRef*>& targets,
                                   std::string_view name_space, const Workload& pod);

// Whether an AuthorizationPolicy is only logged, and not enforced.
//
// Source: istio/istio pilot/pkg/security/authz/builder/builder.go (isDryRun).
[[nodiscard]] bool is_dry_run(const resource::Resource& policy);

}  // namespace egressctl::mesh
