#include "lib/mesh/rule_lookup.h"

#include <algorithm>

#include "lib/mesh/host.h"

namespace egressctl::mesh {

RuleLookup::RuleLookup(const Mesh& mesh) : root_namespace_(mesh.settings().root_namespace) {
  for (const Rule& rule : mesh.rules().all()) {
    order_.emplace(&rule, order_.size());
    ForHost& rules = by_host_[rule.host];
    rules.all.add(rule);
    rules.by_namespace[rule.name_space].add(rule);
  }
}

void RuleLookup::List::add(const Rule& rule) {
  all.push_back(&rule);
  if (rule.rule->traffic_policy.present()) with_policy.push_back(&rule);
  for (const auto& subset : *rule.rule->subsets) {
    std::vector<const Rule*>& having = by_subset[*subset->name];
    if (having.empty() || having.back() != &rule) having.push_back(&rule);
  }
}

const std::vector<const Rule*>& RuleLookup::List::with_subset(std::string_view name) const {
  static const std::vector<const Rule*> kNone;
  const auto found = by_subset.find(name);
  return found != by_subset.end() ? found->second : kNone;
}

bool RuleLookup::Applying::takes(const Rule& rule) const {
  return (!exported || rule.visibility.visible_in(client)) &&
         !(not_to_everyone && rule.visibility.everyone());
}

const Rule* RuleLookup::Applying::first(const std::vector<const Rule*>& rules) const {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule* rule) { return takes(*rule); });
  return found != rules.end() ? *found : nullptr;
}

// The rules for the most specific host of which the client sees any.
const RuleLookup::List* RuleLookup::in_namespace(std::string_view owner, std::string_view host,
                                                 const Applying& as) const {
  for (const std::string& pattern : covering_patterns(host)) {
    const auto found = by_host_.find(pattern);
    if (found == by_host_.end()) continue;
    const auto own = found->second.by_namespace.find(owner);
    if (own != found->second.by_namespace.end() && as.first(own->second.all) != nullptr)
      return &own->second;
  }
  return nullptr;
}

RuleLookup::Applying RuleLookup::find(std::string_view client, std::string_view host,
                                      std::string_view owner) const {
  const std::string& root = root_namespace_;
  Applying out{.list = nullptr, .client = client};
  out.exported = client == root;
  out.list = in_namespace(client, host, out);
  // In the root namespace a rule for everyone must not hide that of the service's owner.
  out.not_to_everyone = client == root;
  if (out.list != nullptr && out.first(out.list->all) != nullptr) return out;
  out.exported = true;
  out.not_to_everyone = false;
  out.list = owner.empty() ? nullptr : in_namespace(owner, host, out);
  if (out.list == nullptr) out.list = in_namespace(root, host, out);
  return out;
}

const Rule* RuleLookup::first(std::string_view client, std::string_view host,
                              std::string_view owner) const {
  const Applying found = find(client, host, owner);
  return found.list != nullptr ? found.first(found.list->all) : nullptr;
}

const Rule* RuleLookup::with_subset(std::string_view client, std::string_view host,
                                    std::string_view owner, std::string_view subset) const {
  const Applying found = find(client, host, owner);
  return found.list != nullptr ? found.first(found.list->with_subset(subset)) : nullptr;
}

std::vector<const Rule*> RuleLookup::deciding(std::string_view client, std::string_view host,
                                              std::string_view owner,
                                              std::string_view subset) const {
  const Applying found = find(client, host, owner);
  if (found.list == nullptr) return {};
  std::vector<const Rule*> out;
  for (const auto* rules : {&found.list->with_subset(subset), &found.list->with_policy})
    if (const Rule* rule = found.first(*rules); rule != nullptr) out.push_back(rule);
  if (out.empty()) out.push_back(found.first(found.list->all));
  std::sort(out.begin(), out.end(),
            [&](const Rule* a, const Rule* b) { return order_.at(a) < order_.at(b); });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<const Rule*> RuleLookup::covering(std::string_view host,
                                              std::string_view subset) const {
  std::vector<const Rule*> out;
  for (const std::string& pattern : covering_patterns(host))
    if (const auto found = by_host_.find(pattern); found != by_host_.end()) {
      const auto& having = found->second.all.with_subset(subset);
      out.insert(out.end(), having.begin(), having.end());
    }
  return out;
}

}  // namespace egressctl::mesh
