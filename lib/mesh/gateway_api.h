// The Gateway API in Istio's own terms: the Gateways, VirtualServices, Services and Deployments
// that istiod makes of its resources.
//
// Source: istio/istio 1.31, pilot/pkg/config/kube/gateway (conversion.go, gateway_collection.go,
// route_collections.go) and pilot/pkg/config/kube/gatewaycommon (deploymentcontroller.go).
#pragma once

#include <memory>
#include <string_view>

#include "lib/mesh/mesh.h"

namespace egressctl::mesh {

// Pods that istiod makes for a Gateway of the Gateway API carry its name.
inline constexpr std::string_view kGatewayNameLabel = "gateway.networking.k8s.io/gateway-name";

// The mesh with what istiod makes of the Gateways of class "istio" and of the routes that are
// attached to them, to Services and to ServiceEntries; nullptr where it makes nothing. Their fields
// stand where those of their origins do, and they are reported by the names of these.
//
// A Gateway for which istiod deploys a proxy has that one's Service and Deployment as well, as far
// as the input lacks them. Listeners and routes that istiod refuses are left out.
[[nodiscard]] std::unique_ptr<const Mesh> with_gateway_api(const Mesh& mesh,
                                                           const Options& options);

// Whether a resource is one of those that were made of the Gateway API's.
[[nodiscard]] bool is_converted(const resource::Resource& resource);

// The namespace whose pods a Gateway's selector picks, of one that was converted; empty for
// others, which pick pods of every namespace.
[[nodiscard]] std::string_view gateway_scope(const Mesh& mesh, const resource::Resource& gateway);

}  // namespace egressctl::mesh
