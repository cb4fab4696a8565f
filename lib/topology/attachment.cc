#include "lib/topology/attachment.h"

#include "lib/mesh/gateway_api.h"
#include "lib/mesh/policy_targets.h"

namespace egressctl::topology {

bool attaches(const Attachment& attachment, const Proxy& proxy) {
  const auto targets = mesh::targets_of(attachment.target_ref, attachment.target_refs);
  if (targets.empty())
    return attachment.selector == nullptr || selects(*attachment.selector, proxy.labels);
  const auto gateway = proxy.labels.find(mesh::kGatewayNameLabel);
  return gateway != proxy.labels.end() && attachment.name_space == proxy.name_space &&
         mesh::name_gateway(targets, gateway->second, proxy.name_space);
}

}  // namespace egressctl::topology
