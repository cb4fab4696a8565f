#include "lib/topology/destination_rules.h"

#include <algorithm>

#include "lib/mesh/host.h"
#include "lib/topology/order.h"

namespace egressctl::topology {
namespace {

bool has(const std::set<std::string_view>& set, std::string_view word) {
  return set.find(word) != set.end();
}

bool same_labels(const resource::TextMap& a, const resource::TextMap& b) {
  return (*a).size() == (*b).size() && mesh::is_selected(a, b);
}

bool includes(const std::set<std::string_view>& all, const std::set<std::string_view>& part) {
  return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

bool private_by_default(const mesh::Settings& settings) {
  if (settings.mesh_config == nullptr) return false;
  const auto& words = *settings.mesh_config->default_destination_rule_export_to;
  return std::any_of(words.begin(), words.end(),
                     [](const resource::Text& word) { return *word == "."; });
}

std::string_view name_of(const RuleSubset& subset) {
  return *(*subset.subset)->name;
}

// One host may have a rule for each of many thousand subsets.
void take(MergedRule& into, const MergedRule& from) {
  into.from.insert(into.from.end(), from.from.begin(), from.from.end());
  for (const RuleSubset& subset : from.subsets)
    if (into.subset_names.insert(name_of(subset)).second) into.subsets.push_back(subset);
  if (into.policy != nullptr || from.policy == nullptr) return;
  into.policy = from.policy;
  into.policy_resource = from.policy_resource;
}

}  // namespace

RuleIndex::RuleIndex(const mesh::Mesh& mesh) : mesh_(mesh) {
  auto rules = by_age(mesh, resource::Kind::DestinationRule);
  // Those for chosen workloads go first.
  std::stable_partition(rules.begin(), rules.end(), [](const resource::Resource* rule) {
    return rule->as<resource::DestinationRule>()->workload_selector.present();
  });
  for (const resource::Resource* rule : rules) add(*rule);
}

void RuleIndex::add(const resource::Resource& resource) {
  const auto& rule = *resource.as<resource::DestinationRule>();
  const std::string_view name_space = mesh_.namespace_of(resource);
  const std::string& root = mesh_.settings().root_namespace;
  MergedRule out{.host = hosts_.emplace_back(mesh::resolve_short_name(
                     *rule.host, name_space, mesh_.settings().cluster_domain)),
                 .name_space = name_space,
                 .subsets = {},
                 .subset_names = {},
                 .from = {&resource},
                 .export_to = {}};
  if (rule.workload_selector.present()) {
    out.selector = &rule.workload_selector->match_labels;
    out.export_to.insert(".");
  } else {
    for (const resource::Text& word : *rule.export_to) out.export_to.insert(*word);
  }
  if (rule.traffic_policy.present()) {
    out.policy = &rule.traffic_policy;
    out.policy_resource = &resource;
  }
  for (const auto& subset : *rule.subsets)
    out.subset_names.insert(name_of(out.subsets.emplace_back(RuleSubset{&subset, &resource})));

  const std::set<std::string_view>& words = out.export_to;
  if (words.empty() || has(words, "*") || has(words, ".") || has(words, name_space))
    merge(local_[name_space], out);
  const bool only_private = words.empty()
                                ? private_by_default(mesh_.settings())
                                : words.size() == 1 && (has(words, ".") || has(words, name_space));
  if (!only_private) {
    merge(exported_[name_space], out);
  } else if (name_space == root) {
    merge(root_, out);
  }
}

// The walk over what is there already follows mergeDestinationRule to the letter, its quirks too: a
// rule may both be merged and be kept on its own.
void RuleIndex::merge(Rules& rules, const MergedRule& incoming) {
  std::vector<MergedRule*>& list = rules[incoming.host];
  bool separately = true;
  for (MergedRule* known : list) {
    if (incoming.export_to == known->export_to) {
      separately = false;
    } else {
      separately = true;
      if (known->export_to.empty() || !includes(incoming.export_to, known->export_to)) continue;
    }
    const bool both = known->selector != nullptr && incoming.selector != nullptr;
    const bool neither = known->selector == nullptr && incoming.selector == nullptr;
    const bool same = both && same_labels(*known->selector, *incoming.selector);
    if (both && !same) {
      separately = true;
      continue;
    }
    if (neither || same) separately = false;
    take(*known, incoming);
  }
  if (separately) list.push_back(&merged_.emplace_back(incoming));
}

std::vector<const MergedRule*> RuleIndex::exported(std::string_view owner, std::string_view host,
                                                   std::string_view client) const {
  std::vector<const MergedRule*> out;
  const auto own = exported_.find(owner);
  if (own == exported_.end()) return out;
  const auto* found = own->second.most_specific(host);
  if (found == nullptr) return out;
  for (const MergedRule* rule : *found)
    if (rule->export_to.empty() || has(rule->export_to, "*") || has(rule->export_to, client))
      out.push_back(rule);
  return out;
}

std::vector<const MergedRule*> RuleIndex::for_service(std::string_view client,
                                                      const Service& service) const {
  const std::string& root = mesh_.settings().root_namespace;
  const std::vector<MergedRule*>* found = nullptr;
  if (client == root) {
    found = root_.most_specific(service.host);
  } else if (const auto own = local_.find(client); own != local_.end()) {
    found = own->second.most_specific(service.host);
  }
  if (found != nullptr) return {found->begin(), found->end()};
  auto out = exported(service.name_space, service.host, client);
  return out.empty() ? exported(root, service.host, client) : out;
}

}  // namespace egressctl::topology
