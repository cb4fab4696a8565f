// HorizontalPodAutoscaler and PodDisruptionBudget: how many pods a gateway keeps.
//
// Source: Kubernetes API reference, autoscaling/v2 and policy/v1.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"

namespace egressctl::resource {

struct ScaleTarget {
  Text api_version;
  Text kind;
  Text name;
};

struct HorizontalPodAutoscaler {
  Positioned<ScaleTarget> scale_target_ref;
  Number min_replicas;  // absent: 1
  Number max_replicas;
};

struct PodDisruptionBudget {
  Positioned<LabelSelector> selector;
  Positioned<IntOrString> min_available;
  Positioned<IntOrString> max_unavailable;
};

// Both read `spec`.
[[nodiscard]] HorizontalPodAutoscaler read_autoscaler(const Fields& in);
[[nodiscard]] PodDisruptionBudget read_disruption_budget(const Fields& in);

}  // namespace egressctl::resource
