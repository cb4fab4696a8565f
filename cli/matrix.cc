#include "cli/matrix.h"

#include <set>

#include <fmt/format.h>

#include "lib/topology/proxy.h"
#include "lib/trace/targets.h"

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
  for (const trace::Target& target : trace::external_targets(mesh))
    out.push_back(fmt::format("{}:{}", target.host, target.port));
  return out;
}

}  // namespace egressctl::cli
