// The TLS settings of DestinationRules: where they stand, and which count for a port.
//
// Source: istio/istio pilot/pkg/networking/util/util.go (GetPortLevelTrafficPolicy,
// MergeSubsetTrafficPolicy).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/hops.h"

namespace egressctl::lint::rules {

using ClientTls = resource::Positioned<resource::ClientTls>;

// Whether the proxy itself makes TLS of what it gets: SIMPLE or MUTUAL.
[[nodiscard]] bool originates(const ClientTls& tls);

// Calls `use` for all TLS settings that are written in the rule.
void for_each_client_tls(const resource::DestinationRule& rule,
                         const std::function<void(const ClientTls&)>& use);

// The entry of `portLevelSettings` for the port, or nullptr.
[[nodiscard]] const resource::PortTrafficPolicy* port_policy(const resource::TrafficPolicy& policy,
                                                             std::int64_t port);

// The settings towards a port of a policy by itself: those of the port alone where it has an entry.
// nullptr when there are none.
[[nodiscard]] const ClientTls* client_tls(const resource::TrafficPolicy& policy, std::int64_t port);

// The settings that proxies use towards a port of a destination, of rules as
// DestinationRules::applying returns them. nullptr when there are none.
[[nodiscard]] const ClientTls* client_tls(const std::vector<const mesh::Rule*>& rules,
                                          std::string_view subset, std::int64_t port);

// Those that the proxies of a hop use towards a port of its destination.
[[nodiscard]] const ClientTls* client_tls(const Context& in, const Hop& hop, std::int64_t port);

// The path of a field in the settings, for where it is missing: "spec.trafficPolicy.tls.sni".
[[nodiscard]] std::string tls_field(const resource::Resource& rule, const ClientTls& tls,
                                    std::string_view name);

}  // namespace egressctl::lint::rules
