#include "lib/logs/entry.h"

#include "lib/base/text.h"

namespace egressctl::logs {
namespace {

constexpr std::string_view kInternal = "envoy://";
constexpr std::string_view kOutbound = "outbound|";

// The host of "outbound|443|subset|host".
std::string_view host_of_cluster(std::string_view cluster) {
  return cluster.starts_with(kOutbound) ? cluster.substr(cluster.rfind('|') + 1)
                                        : std::string_view();
}

}  // namespace

std::vector<std::string_view> Entry::flag_list() const {
  return flags.empty() ? std::vector<std::string_view>() : split(flags, ',');
}

std::string_view Entry::host() const {
  return server_name.empty() ? authority : server_name;
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::Sidecar: return "sidecar";
    case Role::Gateway: return "gateway";
    case Role::InternalListener: return "internal listener";
    case Role::Unknown: return "proxy";
  }
  return {};
}

Role role_of(const Entry& entry) {
  if (entry.downstream_local.starts_with(kInternal)) return Role::InternalListener;
  if (entry.upstream_host.starts_with(kInternal)) return Role::Gateway;
  // The SNI of the mesh's own connections.
  if (entry.server_name.starts_with("outbound_.")) return Role::Gateway;
  if (entry.cluster == "PassthroughCluster" || entry.cluster == "BlackHoleCluster")
    return Role::Sidecar;
  const std::string_view host = host_of_cluster(entry.cluster);
  return host.find(".svc.") != std::string_view::npos ? Role::Sidecar : Role::Unknown;
}

}  // namespace egressctl::logs
