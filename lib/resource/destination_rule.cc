#include "lib/resource/destination_rule.h"

namespace egressctl::resource {
namespace {

Subset read_subset(const Fields& in) {
  return {.name = in.text("name"),
          .labels = in.text_map("labels"),
          .traffic_policy = in.object("trafficPolicy", read_traffic_policy)};
}

}  // namespace

DestinationRule read_destination_rule(const Fields& in) {
  return {.host = in.text("host"),
          .traffic_policy = in.object("trafficPolicy", read_traffic_policy),
          .subsets = in.objects("subsets", read_subset),
          .export_to = in.texts("exportTo"),
          .workload_selector = in.object("workloadSelector", read_policy_selector)};
}

}  // namespace egressctl::resource
