// The parts of a set. Each adds the manifests of one concern to the builder.
#pragma once

#include "lib/base/diagnostic.h"
#include "lib/generate/set_builder.h"

namespace egressctl::generate {

// Namespace, ServiceAccount, Role, RoleBinding, Service, Deployment, HorizontalPodAutoscaler and
// PodDisruptionBudget of the gateway; nothing when the spec says `create: false`.
void add_gateway_workload(SetBuilder& set);

// ServiceEntries: what sidecars and the gateway know of the destinations' hosts.
void add_service_entries(SetBuilder& set);

// Gateway, DestinationRule and VirtualServices of each flow.
void add_routes(SetBuilder& set);

// EnvoyFilters: the check of the inner SNI, the SNI proxy, and the forwarding of the SNI.
void add_envoy_filters(SetBuilder& set);

// PeerAuthentication, AuthorizationPolicies and Sidecars.
void add_policies(SetBuilder& set);

// NetworkPolicies of the clients and of the gateway.
void add_network_policies(SetBuilder& set);

// Telemetry of the clients and of the gateway.
void add_telemetry(SetBuilder& set);

}  // namespace egressctl::generate
