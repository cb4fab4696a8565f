#include "cli/matrix.h"

#include <set>

#include <fmt/format.h>

#include "lib/topology/proxy.h"

namespace egressctl::cli {

std::vector<std::string> client_names(const mesh::Mesh& mesh) {
  std::set<std::string> out;
  for (const mesh::Workload& workload : mesh.workloads().all()) {
    const topology::Proxy proxy = topology::proxy_of(mesh, workload);
    if (proxy.type == topology::ProxyType::Sidecar)
      out.insert(fmt::format("{}/{}", proxy.name_space, proxy.name));
  }
  if (out.empty())
    for (const resource::Resource* sidecar : mesh.all(resource::Kind::Sidecar))
      out.insert(fmt::format("{}/client", mesh.namespace_of(*sidecar)));
  if (out.empty()) out.insert(mesh.settings().default_namespace + "/client");
  return {out.begin(), out.end()};
}

std::vector<std::string> external_targets(const mesh::Mesh& mesh) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const mesh::Service& service : mesh.registry().all()) {
    if (!service.is_external()) continue;
    const std::string_view host = service.host;
    if (host == "*" || host.ends_with(".internal") || host.ends_with(".local")) continue;
    for (const mesh::ServicePort& port : service.ports) {
      std::string target = fmt::format(
          "{}:{}",
          host.starts_with("*.") ? fmt::format("any{}", host.substr(1)) : std::string(host),
          port.number);
      if (seen.insert(target).second) out.push_back(std::move(target));
    }
  }
  return out;
}

}  // namespace egressctl::cli
