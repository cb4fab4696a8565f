// Sidecar: what a workload's proxy knows and listens for.
//
// Source: istio.io/docs/reference/config/networking/sidecar/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/outbound_policy.h"
#include "lib/resource/port.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"
#include "lib/resource/tls_settings.h"
#include "lib/resource/traffic_policy.h"

namespace egressctl::resource {

enum class CaptureMode { Default, IpTables, None, Unknown };

struct SidecarEgress {
  Positioned<Port> port;  // absent: every port of the hosts
  Text bind;
  Positioned<CaptureMode> capture_mode;
  Texts hosts;  // "namespace/host"; the namespace may be ".", "*" or "~"
};

struct SidecarIngress {
  Positioned<Port> port;
  Text bind;
  Positioned<CaptureMode> capture_mode;
  Text default_endpoint;
  Positioned<ServerTls> tls;
  Positioned<ConnectionPool> connection_pool;
};

struct Sidecar {
  Positioned<WorkloadSelector> workload_selector;  // absent: the namespace's default
  List<SidecarIngress> ingress;
  List<SidecarEgress> egress;  // absent: everything is visible
  Positioned<OutboundPolicy> outbound_traffic_policy;
  Positioned<ConnectionPool> inbound_connection_pool;
};

// Reads `spec`.
[[nodiscard]] Sidecar read_sidecar(const Fields& in);

}  // namespace egressctl::resource
