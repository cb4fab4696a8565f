// PeerAuthentication: whether workloads insist on mTLS from their clients.
//
// Source: istio.io/docs/reference/config/security/peer_authentication/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"

namespace egressctl::resource {

enum class MutualTlsMode {
  Unset,  // the default: inherited; PERMISSIVE when nothing is set anywhere
  Disable,
  Permissive,
  Strict,
  Unknown,
};

struct MutualTls {
  Positioned<MutualTlsMode> mode;
};

struct PeerAuthentication {
  Positioned<PolicySelector> selector;
  Positioned<MutualTls> mtls;
  Positioned<Map<MutualTls>> port_level_mtls;  // by the workload's port number
};

// Reads `spec`.
[[nodiscard]] PeerAuthentication read_peer_authentication(const Fields& in);

}  // namespace egressctl::resource
