// The subsets that `istioctl analyze` knows, which are not quite those that proxies find.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "lib/lint/context.h"

namespace egressctl::lint::rules {

// Immutable once built; see Context::shared.
class IstioctlSubsets {
 public:
  explicit IstioctlSubsets(const Context& in);

  // Whether a DestinationRule of the set defines the subset for the host as a VirtualService of
  // `name_space` writes it. Unlike proxies, istioctl takes no wildcard for a host, and any host
  // that is no full name of a Service for one of the resource's own namespace.
  [[nodiscard]] bool has(std::string_view name_space, std::string_view host,
                         std::string_view subset) const;

 private:
  std::unordered_set<std::string> known_;
};

}  // namespace egressctl::lint::rules
