#include "lib/mesh/destination_rules.h"

#include "lib/mesh/host.h"

namespace egressctl::mesh {
namespace {

const resource::Texts kEverywhere;

}  // namespace

const resource::Positioned<resource::Subset>* Rule::subset(std::string_view name) const {
  const auto found = subsets.find(name);
  return found != subsets.end() ? found->second : nullptr;
}

const resource::Positioned<resource::Subset>* find_subset(const std::vector<const Rule*>& rules,
                                                          std::string_view name) {
  for (const Rule* rule : rules)
    if (const auto* found = rule->subset(name)) return found;
  return nullptr;
}

void DestinationRules::add(const resource::Resource& resource, std::string_view name_space) {
  const auto* rule = resource.as<resource::DestinationRule>();
  if (rule == nullptr) return;
  const resource::Texts& defaults = settings_.mesh_config != nullptr
                                        ? settings_.mesh_config->default_destination_rule_export_to
                                        : kEverywhere;
  Rule& kept = rules_.emplace_back(
      Rule{.host = resolve_short_name(*rule->host, name_space, settings_.cluster_domain),
           .name_space = name_space,
           .resource = &resource,
           .rule = rule,
           .visibility = Visibility(rule->export_to, defaults, name_space),
           .subsets = {}});
  for (const auto& subset : *rule->subsets) kept.subsets.try_emplace(*subset->name, &subset);
  by_host_[kept.host].push_back(&kept);
}

std::vector<const Rule*> DestinationRules::in_namespace(std::string_view owner,
                                                        std::string_view host,
                                                        std::string_view client) const {
  std::vector<const Rule*> out;
  for (const std::string& pattern : covering_patterns(host)) {
    const auto found = by_host_.find(pattern);
    if (found == by_host_.end()) continue;
    for (const Rule* rule : found->second)
      if (rule->name_space == owner && rule->visibility.visible_in(client)) out.push_back(rule);
    if (!out.empty()) return out;
  }
  return out;
}

std::vector<const Rule*> DestinationRules::applying(std::string_view client, std::string_view host,
                                                    std::string_view owner) const {
  std::vector<const Rule*> found = in_namespace(client, host, client);
  // In the root namespace a rule for everyone must not hide that of the service's owner.
  if (client == settings_.root_namespace)
    std::erase_if(found, [](const Rule* rule) { return rule->visibility.everyone(); });
  if (found.empty() && !owner.empty()) found = in_namespace(owner, host, client);
  if (found.empty()) found = in_namespace(settings_.root_namespace, host, client);
  return found;
}

std::vector<const Rule*> DestinationRules::covering(std::string_view host) const {
  std::vector<const Rule*> out;
  for (const std::string& pattern : covering_patterns(host)) {
    const auto found = by_host_.find(pattern);
    if (found != by_host_.end()) out.insert(out.end(), found->second.begin(), found->second.end());
  }
  return out;
}

}  // namespace egressctl::mesh
