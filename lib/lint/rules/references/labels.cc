#include "lib/lint/rules/references/labels.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

namespace egressctl::lint::rules {

std::string to_text(const resource::TextMap& labels) {
  std::string out;
  for (const auto& label : *labels)
    out += fmt::format("{}{}={}", out.empty() ? "" : ",", label.name, *label.entry);
  return out;
}

bool has_added_label(const resource::TextMap& labels) {
  constexpr std::string_view kDomains[] = {"gateway.networking.k8s.io/",
                                           "gateway.istio.io/",
                                           "istio.io/",
                                           "service.istio.io/",
                                           "security.istio.io/",
                                           "topology.istio.io/",
                                           "topology.kubernetes.io/",
                                           "batch.kubernetes.io/",
                                           "statefulset.kubernetes.io/",
                                           "apps.kubernetes.io/",
                                           "controller-uid",
                                           "controller-revision-hash",
                                           "job-name",
                                           "pod-template-hash",
                                           "pod-template-generation"};
  return std::any_of(labels->begin(), labels->end(), [&](const auto& label) {
    return std::any_of(std::begin(kDomains), std::end(kDomains),
                       [&](std::string_view domain) { return label.name.starts_with(domain); });
  });
}

UnreadWorkloads::UnreadWorkloads(const Context& in) {
  constexpr std::array<std::string_view, 2> kTemplate{"spec", "template"};
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::Unknown)) {
    if (resource->node == nullptr || resource->node->path(kTemplate) == nullptr) continue;
    const std::string_view written = *resource->metadata.name_space;
    namespaces_.insert(written.empty() ? std::string_view(in.mesh().settings().default_namespace)
                                       : written);
  }
}

bool UnreadWorkloads::are_in(std::string_view name_space) const {
  return name_space.empty() ? !namespaces_.empty() : namespaces_.contains(name_space);
}

}  // namespace egressctl::lint::rules
