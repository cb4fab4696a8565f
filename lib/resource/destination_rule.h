// DestinationRule: subsets of a host, and how proxies talk to them.
//
// Source: istio.io/docs/reference/config/networking/destination-rule/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"
#include "lib/resource/traffic_policy.h"

namespace egressctl::resource {

struct Subset {
  Text name;
  TextMap labels;  // of endpoints
  Positioned<TrafficPolicy> traffic_policy;
};

struct DestinationRule {
  Text host;  // a short name belongs to the rule's namespace
  Positioned<TrafficPolicy> traffic_policy;
  List<Subset> subsets;
  Texts export_to;  // absent: MeshConfig.defaultDestinationRuleExportTo
  Positioned<PolicySelector> workload_selector;
};

// Reads `spec`.
[[nodiscard]] DestinationRule read_destination_rule(const Fields& in);

}  // namespace egressctl::resource
