#include "lib/resource/scaling.h"

namespace egressctl::resource {
namespace {

ScaleTarget read_scale_target(const Fields& in) {
  return {.api_version = in.text("apiVersion"), .kind = in.text("kind"), .name = in.text("name")};
}

}  // namespace

HorizontalPodAutoscaler read_autoscaler(const Fields& in) {
  return {.scale_target_ref = in.object("scaleTargetRef", read_scale_target),
          .min_replicas = in.number("minReplicas"),
          .max_replicas = in.number("maxReplicas")};
}

PodDisruptionBudget read_disruption_budget(const Fields& in) {
  return {.selector = in.object("selector", read_label_selector),
          .min_available = in.int_or_string("minAvailable"),
          .max_unavailable = in.int_or_string("maxUnavailable")};
}

}  // namespace egressctl::resource
