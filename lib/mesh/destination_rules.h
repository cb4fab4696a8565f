// Which DestinationRules a proxy applies to a service.
//
// Source: istio/istio pilot/pkg/model/push_context.go (destinationRule, SetDestinationRules) and
// destination_rule.go (mergeDestinationRule).
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/settings.h"
#include "lib/mesh/visibility.h"
#include "lib/resource/resource.h"

namespace egressctl::mesh {

struct Rule {
  std::string host;  // resolved
  std::string_view name_space;
  const resource::Resource* resource = nullptr;
  const resource::DestinationRule* rule = nullptr;
  Visibility visibility;
  std::unordered_map<std::string_view, const resource::Positioned<resource::Subset>*> subsets;

  // The first subset of that name, or nullptr.
  [[nodiscard]] const resource::Positioned<resource::Subset>* subset(std::string_view name) const;
};

// Immutable once filled; safe to read from several threads.
class DestinationRules {
 public:
  explicit DestinationRules(const Settings& settings) : settings_(settings) {}

  // Adds a DestinationRule; other kinds are left alone.
  void add(const resource::Resource& resource, std::string_view name_space);

  [[nodiscard]] const std::deque<Rule>& all() const { return rules_; }

  // The rules that proxies of `client` apply to a service `host` of the namespace `owner`, in the
  // order of the input: all of one namespace and with one host, the most specific. Looked for in
  // the client's namespace, then the owner's, then the root namespace; nothing is merged across.
  // Of equal subsets, and of top-level policies, the first counts. Rules with a workloadSelector
  // are among them.
  [[nodiscard]] std::vector<const Rule*> applying(std::string_view client, std::string_view host,
                                                  std::string_view owner) const;

  // The rules whose host is, or is a wildcard over, `host`, of all namespaces.
  [[nodiscard]] std::vector<const Rule*> covering(std::string_view host) const;

 private:
  [[nodiscard]] std::vector<const Rule*> in_namespace(std::string_view owner, std::string_view host,
                                                      std::string_view client) const;

  const Settings& settings_;
  std::deque<Rule> rules_;
  // Host -> rules, by the text of the host.
  std::unordered_map<std::string_view, std::vector<const Rule*>> by_host_;
};

// The subset of that name among rules as `applying` returns them, or nullptr.
[[nodiscard]] const resource::Positioned<resource::Subset>* find_subset(
    const std::vector<const Rule*>& rules, std::string_view name);

}  // namespace egressctl::mesh
