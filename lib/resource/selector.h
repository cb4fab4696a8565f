// The ways in which resources name pods and each other.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

// How a label requirement compares.
enum class SelectorOperator { In, NotIn, Exists, DoesNotExist, Unknown };

struct LabelRequirement {
  Text key;
  Positioned<SelectorOperator> op;
  Texts values;
};

// A Kubernetes LabelSelector: all of its parts must hold; an empty one selects everything.
struct LabelSelector {
  TextMap match_labels;
  List<LabelRequirement> match_expressions;
};

// Istio's `workloadSelector: {labels}` of ServiceEntry, Sidecar and EnvoyFilter.
struct WorkloadSelector {
  TextMap labels;
};

// Istio's `selector: {matchLabels}` of policies, and DestinationRule's workloadSelector.
struct PolicySelector {
  TextMap match_labels;
};

// Istio's PolicyTargetReference: attaches a policy to a Gateway API Gateway, a Service, ...
struct TargetRef {
  Text group;
  Text kind;
  Text name;
  Text name_space;
};

[[nodiscard]] LabelSelector read_label_selector(const Fields& in);
[[nodiscard]] WorkloadSelector read_workload_selector(const Fields& in);
[[nodiscard]] PolicySelector read_policy_selector(const Fields& in);
[[nodiscard]] TargetRef read_target_ref(const Fields& in);

}  // namespace egressctl::resource
