// Servers that no client gets to, for a reason that rules about their Gateways tell.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "lib/lint/context.h"

namespace egressctl::lint::rules {

// The hosts of servers whose Gateway no known Service leads to, or on a port that its Services
// lack. What such a server would take is not missing elsewhere. Immutable once built.
class UnreachedServers {
 public:
  explicit UnreachedServers(const Context& in);

  // Whether one of them takes a name or wildcard, be it by a wildcard of its own.
  [[nodiscard]] bool take(std::string_view host) const;

 private:
  std::unordered_set<std::string_view> hosts_;
};

}  // namespace egressctl::lint::rules
