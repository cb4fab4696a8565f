// DestinationRules as istiod merges and finds them.
//
// Differs from mesh::DestinationRules, which tells what rules there are: this is what a proxy gets.
// Source: istio/istio pilot/pkg/model/destination_rule.go (mergeDestinationRule) and
// push_context.go (setDestinationRules, destinationRule).
#pragma once

#include <deque>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lib/mesh/mesh.h"
#include "lib/topology/host_map.h"
#include "lib/topology/services.h"

namespace egressctl::topology {

struct RuleSubset {
  const resource::Positioned<resource::Subset>* subset = nullptr;
  const resource::Resource* resource = nullptr;  // the DestinationRule that has it
};

// One or several DestinationRules for a host, merged.
struct MergedRule {
  std::string_view host;
  std::string_view name_space;
  const resource::TextMap* selector = nullptr;  // of proxies; nullptr: all
  const resource::Positioned<resource::TrafficPolicy>* policy = nullptr;  // nullptr: none
  const resource::Resource* policy_resource = nullptr;                    // that has `policy`
  std::vector<RuleSubset> subsets;
  std::unordered_set<std::string_view> subset_names;  // of `subsets`
  std::vector<const resource::Resource*> from;        // never empty
  std::set<std::string_view> export_to;               // as written; empty: the mesh's default
};

// Immutable; safe to use from several threads.
class RuleIndex {
 public:
  explicit RuleIndex(const mesh::Mesh& mesh);
  RuleIndex(const RuleIndex&) = delete;
  RuleIndex& operator=(const RuleIndex&) = delete;

  // The rules for a service that proxies of `client` may apply; which of them one does, its labels
  // decide.
  [[nodiscard]] std::vector<const MergedRule*> for_service(std::string_view client,
                                                           const Service& service) const;

 private:
  using Rules = HostMap<std::vector<MergedRule*>>;

  void add(const resource::Resource& resource);
  void merge(Rules& rules, const MergedRule& incoming);
  [[nodiscard]] std::vector<const MergedRule*> exported(std::string_view owner,
                                                        std::string_view host,
                                                        std::string_view client) const;

  const mesh::Mesh& mesh_;
  std::deque<std::string> hosts_;
  std::deque<MergedRule> merged_;
  std::unordered_map<std::string_view, Rules> local_;
  std::unordered_map<std::string_view, Rules> exported_;
  Rules root_;
};

}  // namespace egressctl::topology
