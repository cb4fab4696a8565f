#include "lib/topology/attachment.h"

#include <algorithm>
#include <vector>

#include "lib/mesh/gateway_api.h"
#include "lib/mesh/gateway_api_parts.h"

namespace egressctl::topology {
namespace {

bool is_gateway(const resource::TargetRef& target, std::string_view gateway, const Proxy& proxy) {
  return *target.group == mesh::gateway_api::kGroup && *target.kind == "Gateway" &&
         *target.name == gateway &&
         (target.name_space->empty() || *target.name_space == proxy.name_space);
}

std::vector<const resource::TargetRef*> targets_of(const Attachment& attachment) {
  std::vector<const resource::TargetRef*> out;
  if (attachment.target_refs != nullptr)
    for (const auto& target : **attachment.target_refs) out.push_back(&*target);
  const auto* older = attachment.target_ref;
  if (out.empty() && older != nullptr && older->present()) out.push_back(&**older);
  return out;
}

}  // namespace

bool attaches(const Attachment& attachment, const Proxy& proxy) {
  const auto targets = targets_of(attachment);
  if (targets.empty())
    return attachment.selector == nullptr || selects(*attachment.selector, proxy.labels);
  const auto gateway = proxy.labels.find(mesh::kGatewayNameLabel);
  return gateway != proxy.labels.end() && attachment.name_space == proxy.name_space &&
         std::any_of(targets.begin(), targets.end(), [&](const resource::TargetRef* target) {
           return is_gateway(*target, gateway->second, proxy);
         });
}

}  // namespace egressctl::topology
