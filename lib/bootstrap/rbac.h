// AuthorizationPolicies as Envoy's RBAC.
//
// Source: istio/istio pilot/pkg/security/authz/{builder,model}.
#pragma once

#include "lib/bootstrap/json.h"
#include "lib/mesh/settings.h"
#include "lib/topology/listener.h"

namespace egressctl::bootstrap {

// The fields of an RBAC filter: `rules`, or `shadow_rules` for dry runs. Empty for AUDIT and for
// CUSTOM that asks an external server, which a stock Envoy could not reach.
[[nodiscard]] Json rbac_config(const topology::Rbac& part, bool http,
                               const mesh::Settings& settings);

}  // namespace egressctl::bootstrap
