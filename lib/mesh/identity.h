// Identities of the mesh, and the trust domains that AuthorizationPolicies mean by the one that
// they name.
//
// Source: istio/istio pilot/pkg/security/trustdomain/bundle.go.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/mesh/settings.h"

namespace egressctl::mesh {

// The identity of the mesh's workloads of an account: "cluster.local/ns/apps/sa/default".
[[nodiscard]] std::string principal_of(const Settings& settings, std::string_view name_space,
                                       std::string_view account);

// The same as certificates have it: "spiffe://cluster.local/ns/apps/sa/default".
[[nodiscard]] std::string spiffe_id(const Settings& settings, std::string_view name_space,
                                    std::string_view account);

// The principals that istiod writes for one of a policy: "cluster.local", the mesh's own trust
// domain and its aliases each stand for all of the mesh's. One of another trust domain, and one
// that names none, stays alone.
[[nodiscard]] std::vector<std::string> principals_meant(const Settings& settings,
                                                        std::string_view principal);

// The same of a trust domain alone; "cluster.local" is no more than its name there.
[[nodiscard]] std::vector<std::string> trust_domains_meant(const Settings& settings,
                                                           std::string_view trust_domain);

}  // namespace egressctl::mesh
