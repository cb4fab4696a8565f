#include "lib/trace/reach.h"

#include <algorithm>

#include "lib/mesh/host.h"

namespace egressctl::trace {

bool serves(const mesh::Mesh& mesh, std::string_view reached, std::string_view meant) {
  if (reached.empty() || mesh::hosts_overlap(reached, meant)) return true;
  const auto& exact = mesh.routes_of(meant);
  const bool named = std::any_of(exact.begin(), exact.end(), [](const mesh::VirtualService* route) {
    return route->binds("mesh");
  });
  for (const mesh::VirtualService* route : mesh.bound_to("mesh")) {
    const bool own = std::find(exact.begin(), exact.end(), route) != exact.end();
    // A route for exactly this host counts, not one for a wildcard over it.
    if (named && !own) continue;
    for (const std::string& host : route->hosts)
      if (mesh::is_pattern(host) && host != "*" && mesh::is_subset(reached, host) &&
          (mesh::is_subset(meant, host) || (own && host.substr(2) == meant)))
        return true;
  }
  return false;
}

}  // namespace egressctl::trace
