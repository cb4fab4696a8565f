// Labels and selectors as findings show them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/resource/positioned.h"

namespace egressctl::lint::rules {

// "app=web,tier=front", in the order of the source.
[[nodiscard]] std::string to_text(const resource::TextMap& labels);

// Whether one of them is a label that Kubernetes, istiod or an injector gives to pods, so that it
// need not stand in manifests.
[[nodiscard]] bool has_added_label(const resource::TextMap& labels);

// Where pods run whose labels are not known. Immutable once built; see Context::shared.
class UnreadWorkloads {
 public:
  explicit UnreadWorkloads(const Context& in);

  // Whether the namespace (empty: any) has objects of kinds that are not read and have a template
  // of pods, such as Rollouts.
  [[nodiscard]] bool are_in(std::string_view name_space) const;

 private:
  std::unordered_set<std::string_view> namespaces_;
};

}  // namespace egressctl::lint::rules
