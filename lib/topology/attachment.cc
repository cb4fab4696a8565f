#include "lib/topology/attachment.h"

#include <algorithm>

#include "lib/mesh/gateway_api.h"

namespace egressctl::topology {
namespace {

bool is_gateway(const resource::TargetRef& target, std::string_view gateway, const Proxy& proxy) {
  return *target.group == "gateway.networking.k8s.io" && *target.kind == "Gateway" &&
         *target.name == gateway &&
         (target.name_space->empty() || *target.name_space == proxy.name_space);
}

}  // namespace

bool Attachment::has_target() const {
  return (target_ref != nullptr && target_ref->present()) ||
         (target_refs != nullptr && !(*target_refs)->empty());
}

bool attaches(const Attachment& attachment, const Proxy& proxy) {
  if (!attachment.has_target())
    return attachment.selector == nullptr || selects(*attachment.selector, proxy.labels);
  const auto gateway = proxy.labels.find(mesh::kGatewayNameLabel);
  if (gateway == proxy.labels.end() || attachment.name_space != proxy.name_space) return false;
  const auto names = [&](const auto& target) {
    return is_gateway(*target, gateway->second, proxy);
  };
  if (attachment.target_refs == nullptr || (*attachment.target_refs)->empty())
    return names(*attachment.target_ref);
  return std::any_of((*attachment.target_refs)->begin(), (*attachment.target_refs)->end(), names);
}

}  // namespace egressctl::topology
