// Source: istio/istio pkg/config/analysis/analyzers/virtualservice/destinationrules.go and
// pkg/config/analysis/analyzers/util/hosts.go (GetResourceNameFromHost).
#include "lib/lint/rules/references/istioctl_subsets.h"

#include <fmt/format.h>

namespace egressctl::lint::rules {
namespace {

std::string key_of(std::string_view name_space, std::string_view host, std::string_view subset) {
  constexpr std::string_view kCluster = ".svc.cluster.local";
  std::string_view name = host;
  if (host.ends_with(kCluster)) {
    const std::string_view head = host.substr(0, host.size() - kCluster.size());
    const std::size_t dot = head.rfind('.');
    if (dot != std::string_view::npos && dot > 0 && dot + 1 < head.size()) {
      name = head.substr(0, dot);
      name_space = head.substr(dot + 1);
    }
  }
  return fmt::format("{}/{} {}", name_space, name, subset);
}

}  // namespace

IstioctlSubsets::IstioctlSubsets(const Context& in) {
  for (const mesh::Rule& rule : in.mesh().rules().all())
    for (const auto& subset : *rule.rule->subsets)
      known_.insert(key_of(rule.name_space, *rule.rule->host, *subset->name));
}

bool IstioctlSubsets::has(std::string_view name_space, std::string_view host,
                          std::string_view subset) const {
  return known_.contains(key_of(name_space, host, subset));
}

}  // namespace egressctl::lint::rules
