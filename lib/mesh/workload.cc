#include "lib/mesh/workload.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/ranges.h>

#include "lib/mesh/gateway_api.h"

namespace egressctl::mesh {

using resource::LabelRequirement;
using resource::SelectorOperator;

std::string label_key(std::string_view key, std::string_view value) {
  return std::string(key).append("=").append(value);
}

std::string selector_key(const resource::TextMap& selector) {
  std::set<std::string> labels;
  for (const auto& label : *selector) labels.insert(label_key(label.name, *label.entry));
  return fmt::format("{}", fmt::join(labels, ","));
}

std::string_view Workload::service_account() const {
  const std::string_view name = *spec->service_account_name;
  return name.empty() ? "default" : name;
}

std::string_view Workload::label(std::string_view key) const {
  const resource::Text* value = (*labels)->find(key);
  return value != nullptr ? std::string_view(**value) : std::string_view();
}

bool Workload::is_gateway_proxy() const {
  const resource::Text* templates = (*annotations)->find("inject.istio.io/templates");
  return (templates != nullptr && **templates == "gateway") || !label(kGatewayNameLabel).empty();
}

bool is_selected(const resource::TextMap& selector, const resource::TextMap& labels) {
  return std::all_of(selector->begin(), selector->end(), [&](const auto& wanted) {
    const resource::Text* value = labels->find(wanted.name);
    return value != nullptr && **value == *wanted.entry;
  });
}

bool is_met(const LabelRequirement& requirement, const resource::TextMap& labels) {
  const resource::Text* value = labels->find(*requirement.key);
  const auto listed = [&] {
    return std::any_of(requirement.values->begin(), requirement.values->end(),
                       [&](const resource::Text& word) { return *word == **value; });
  };
  switch (*requirement.op) {
    case SelectorOperator::In: return value != nullptr && listed();
    case SelectorOperator::NotIn: return value == nullptr || !listed();
    case SelectorOperator::Exists: return value != nullptr;
    case SelectorOperator::DoesNotExist: return value == nullptr;
    case SelectorOperator::Unknown: return false;
  }
  return false;
}

bool is_selected(const resource::LabelSelector& selector, const resource::TextMap& labels) {
  return is_selected(selector.match_labels, labels) &&
         std::all_of(selector.match_expressions->begin(), selector.match_expressions->end(),
                     [&](const auto& requirement) { return is_met(*requirement, labels); });
}

void WorkloadIndex::add(const Workload& workload) {
  const std::size_t index = workloads_.size();
  workloads_.push_back(workload);
  by_namespace_[workload.name_space].push_back(index);
  for (const auto& label : **workload.labels)
    by_label_[label_key(label.name, *label.entry)].push_back(index);
}

bool WorkloadIndex::any_in(std::string_view name_space) const {
  return by_namespace_.contains(name_space);
}

std::vector<const Workload*> WorkloadIndex::select(std::string_view name_space,
                                                   const resource::TextMap& selector) const {
  std::vector<const Workload*> out;
  const auto keep = [&](const Workload& workload) {
    if ((name_space.empty() || workload.name_space == name_space) &&
        is_selected(selector, *workload.labels))
      out.push_back(&workload);
  };
  const std::vector<std::size_t>* fewest = nullptr;
  if (!name_space.empty()) {
    const auto found = by_namespace_.find(name_space);
    if (found == by_namespace_.end()) return out;
    fewest = &found->second;
  }
  for (const auto& wanted : *selector) {
    const auto found = by_label_.find(label_key(wanted.name, *wanted.entry));
    if (found == by_label_.end()) return out;
    if (fewest == nullptr || found->second.size() < fewest->size()) fewest = &found->second;
  }
  if (fewest == nullptr) {
    for (const Workload& workload : workloads_) keep(workload);
  } else {
    for (const std::size_t index : *fewest) keep(workloads_[index]);
  }
  return out;
}

}  // namespace egressctl::mesh
