#include "lib/resource/selector.h"

namespace egressctl::resource {
namespace {

constexpr Word<SelectorOperator> kOperators[] = {{"In", SelectorOperator::In},
                                                 {"NotIn", SelectorOperator::NotIn},
                                                 {"Exists", SelectorOperator::Exists},
                                                 {"DoesNotExist", SelectorOperator::DoesNotExist}};

LabelRequirement read_requirement(const Fields& in) {
  return {
      .key = in.text("key"), .op = in.choice("operator", kOperators), .values = in.texts("values")};
}

}  // namespace

LabelSelector read_label_selector(const Fields& in) {
  return {.match_labels = in.text_map("matchLabels"),
          .match_expressions = in.objects("matchExpressions", read_requirement)};
}

WorkloadSelector read_workload_selector(const Fields& in) {
  return {.labels = in.text_map("labels")};
}

PolicySelector read_policy_selector(const Fields& in) {
  return {.match_labels = in.text_map("matchLabels")};
}

TargetRef read_target_ref(const Fields& in) {
  return {.group = in.text("group"),
          .kind = in.text("kind"),
          .name = in.text("name"),
          .name_space = in.text("namespace")};
}

}  // namespace egressctl::resource
