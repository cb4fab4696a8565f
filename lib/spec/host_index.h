// The hosts of all destinations of a spec: which are claimed, and by whom.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>

#include "lib/base/diagnostic.h"
#include "lib/spec/spec.h"

namespace egressctl::spec {

// Keeps views of the hosts: the destinations must outlive it. Look-ups take time in the number of a
// host's labels, not of hosts.
class HostIndex {
 public:
  // Adds the hosts of `destination`, which stands at `path`; reports those that are there already.
  void add(const Destination& destination, std::string_view path, Diagnostics& diagnostics);

  // Whether `name` is a host, or one of the wildcards stands for it.
  [[nodiscard]] bool covers(std::string_view name) const;

 private:
  struct Claim {
    SourceRange range;
    const Destination* destination;
  };

  std::unordered_map<std::string_view, Claim> claims_;
};

}  // namespace egressctl::spec
