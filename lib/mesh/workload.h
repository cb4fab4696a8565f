// Pods and the templates of pods, and what selects them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/resource/resource.h"

namespace egressctl::mesh {

// A Pod, or the template of a Deployment and the like.
struct Workload {
  std::string_view name_space;
  const resource::Resource* resource = nullptr;
  const resource::TextMap* labels = nullptr;
  const resource::TextMap* annotations = nullptr;
  const resource::PodSpec* spec = nullptr;

  [[nodiscard]] std::string_view service_account() const;  // "default" when none is written
  [[nodiscard]] std::string_view label(std::string_view key) const;  // empty when not there

  // Whether the pod is a gateway's proxy and nothing else: by injection template, or because
  // istiod made it for a Gateway of the Gateway API.
  [[nodiscard]] bool is_gateway_proxy() const;
};

// Whether all of `selector` is among `labels`.
[[nodiscard]] bool is_selected(const resource::TextMap& selector, const resource::TextMap& labels);

// The same for a selector of Kubernetes, with its expressions.
[[nodiscard]] bool is_selected(const resource::LabelSelector& selector,
                               const resource::TextMap& labels);

// Whether labels fit one expression of a selector.
[[nodiscard]] bool is_met(const resource::LabelRequirement& requirement,
                          const resource::TextMap& labels);

// "key=value", by which to look labels up.
[[nodiscard]] std::string label_key(std::string_view key, std::string_view value);

// All labels of a selector, the same for selectors of the same ones.
[[nodiscard]] std::string selector_key(const resource::TextMap& selector);

// Finds workloads by their labels, without going through all of them.
class WorkloadIndex {
 public:
  void add(const Workload& workload);

  [[nodiscard]] const std::vector<Workload>& all() const { return workloads_; }

  // The workloads of a namespace ("" for every one) that have all of the selector's labels, in the
  // order of the input. An empty selector selects all.
  [[nodiscard]] std::vector<const Workload*> select(std::string_view name_space,
                                                    const resource::TextMap& selector) const;

  // Whether the input has a workload in the namespace.
  [[nodiscard]] bool any_in(std::string_view name_space) const;

 private:
  std::vector<Workload> workloads_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_label_;  // "key=value"
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_namespace_;
};

}  // namespace egressctl::mesh
