#include "lib/trace/targets.h"

#include <set>
#include <utility>

#include <fmt/format.h>

namespace egressctl::trace {

std::vector<Target> external_targets(const mesh::Mesh& mesh) {
  std::vector<Target> out;
  std::set<std::pair<std::string, std::uint32_t>> seen;
  for (const mesh::Service& service : mesh.registry().all()) {
    if (!service.is_external()) continue;
    const std::string_view host = service.host;
    if (host == "*" || host.ends_with(".internal") || host.ends_with(".local")) continue;
    const std::string name =
        host.starts_with("*.") ? fmt::format("any{}", host.substr(1)) : std::string(host);
    for (const mesh::ServicePort& port : service.ports) {
      const auto number = static_cast<std::uint32_t>(port.number);
      if (seen.emplace(name, number).second) out.push_back({name, number});
    }
  }
  return out;
}

}  // namespace egressctl::trace
