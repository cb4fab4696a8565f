#include "lib/topology/authentication.h"

#include <algorithm>

#include "lib/base/number.h"
#include "lib/topology/order.h"

namespace egressctl::topology {
namespace {

const resource::PeerAuthentication& spec_of(const resource::Resource& resource) {
  return *resource.as<resource::PeerAuthentication>();
}

bool is_for_all(const resource::Resource& policy) {
  return spec_of(policy).selector->match_labels->empty();
}

MutualTlsMode mode_of(const resource::Resource& policy) {
  const MutualTlsMode mode = *spec_of(policy).mtls->mode;
  return mode == MutualTlsMode::Unknown ? MutualTlsMode::Unset : mode;
}

// The first policy for a whole namespace; the later ones do not count.
const resource::Resource* for_all_of(const std::vector<const resource::Resource*>& policies) {
  const auto found = std::find_if(policies.begin(), policies.end(),
                                  [](const auto* policy) { return is_for_all(*policy); });
  return found != policies.end() ? *found : nullptr;
}

}  // namespace

PeerModes::PeerModes(const mesh::Mesh& mesh) : root_(mesh.settings().root_namespace) {
  for (const resource::Resource* policy : by_age(mesh, resource::Kind::PeerAuthentication))
    policies_[mesh.namespace_of(*policy)].push_back(policy);
}

MutualTlsMode PeerModes::of_namespace(std::string_view name_space) const {
  for (const std::string_view name : {name_space, root_}) {
    const auto found = policies_.find(name);
    if (found == policies_.end()) continue;
    const resource::Resource* policy = for_all_of(found->second);
    if (policy != nullptr && mode_of(*policy) != MutualTlsMode::Unset) return mode_of(*policy);
  }
  return MutualTlsMode::Permissive;
}

MutualTlsMode PeerMode::at(std::uint32_t port) const {
  const auto own = by_port.find(port);
  return own != by_port.end() ? own->second : mode;
}

PeerMode PeerModes::of_proxy(const Proxy& proxy) const {
  return of_workload(proxy.name_space, [&](const resource::TextMap& selector) {
    return selects(selector, proxy.labels);
  });
}

PeerMode PeerModes::of_workload(std::string_view name_space,
                                const std::function<bool(const resource::TextMap&)>& has) const {
  PeerMode out{.mode = of_namespace(name_space), .by_port = {}, .causes = {}};
  for (const std::string_view name : {std::string_view(root_), name_space}) {
    const auto found = policies_.find(name);
    if (found == policies_.end()) continue;
    if (const resource::Resource* policy = for_all_of(found->second);
        policy != nullptr && mode_of(*policy) != MutualTlsMode::Unset)
      out.causes = {{policy, spec_of(*policy).mtls->mode.range}};
  }
  const auto own = policies_.find(name_space);
  if (own == policies_.end()) return out;
  for (const resource::Resource* policy : own->second) {
    const resource::PeerAuthentication& spec = spec_of(*policy);
    if (is_for_all(*policy) || !has(spec.selector->match_labels)) continue;
    if (mode_of(*policy) != MutualTlsMode::Unset) out.mode = mode_of(*policy);
    out.causes = {{policy, spec.mtls.range}};
    for (const auto& port : *spec.port_level_mtls) {
      const auto number = parse_number<std::uint32_t>(port.name).value_or(0);
      const MutualTlsMode mode = *port.entry->mode;
      out.by_port[number] = mode == MutualTlsMode::Unset ? out.mode : mode;
    }
    break;  // the oldest one alone counts
  }
  return out;
}

}  // namespace egressctl::topology
