// What a proxy does with destinations that nothing lists; of MeshConfig and of Sidecar.
//
// Source: istio.io/docs/reference/config/istio.mesh.v1alpha1/ (OutboundTrafficPolicy) and
// .../networking/sidecar/#OutboundTrafficPolicy.
#pragma once

#include "lib/resource/destination.h"
#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

// Absent, a Sidecar takes the mesh's mode and the mesh takes ALLOW_ANY; so look at present().
enum class OutboundMode {
  RegistryOnly,  // proto3's default: what a present but empty outboundTrafficPolicy means
  AllowAny,
  AllowAnyDynamicDns,  // MeshConfig only
  Unknown,
};

struct OutboundPolicy {
  Positioned<OutboundMode> mode;
  Positioned<Destination> egress_proxy;  // Sidecar only
};

// Reads the value of `outboundTrafficPolicy` of a Sidecar.
[[nodiscard]] OutboundPolicy read_outbound_policy(const Fields& in);

}  // namespace egressctl::resource
