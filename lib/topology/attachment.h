// Which proxies a policy is for: by its selector, or by the gateways that its `targetRefs` name.
//
// Source: istio/istio pilot/pkg/model/policyattachment.go.
#pragma once

#include <string_view>

#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"
#include "lib/topology/proxy.h"

namespace egressctl::topology {

// What an AuthorizationPolicy, an EnvoyFilter or a Telemetry of `name_space` says of that. The
// older `targetRef` counts where there are no `targetRefs`.
struct Attachment {
  std::string_view name_space;
  const resource::TextMap* selector = nullptr;  // its labels; nullptr: every proxy
  const resource::Positioned<resource::TargetRef>* target_ref = nullptr;
  const resource::List<resource::TargetRef>* target_refs = nullptr;
};

// Targets count at gateways that the Gateway API made, and nowhere else: there a policy that has
// any is left out. Waypoints are not known.
[[nodiscard]] bool attaches(const Attachment& attachment, const Proxy& proxy);

}  // namespace egressctl::topology
