// How a proxy starts TLS to the endpoints of a cluster.
//
// Source: istio/istio pilot/pkg/networking/core/cluster_tls.go.
#pragma once

#include <string>
#include <vector>

#include "lib/topology/cluster.h"
#include "lib/topology/snapshot.h"
#include "lib/topology/traffic_policy.h"

namespace egressctl::topology {

struct UpstreamTlsInput {
  PolicyPart<resource::ClientTls> tls;
  std::string mutual_tls_name;                           // the SNI where mTLS names none
  const std::vector<std::string>* identities = nullptr;  // of the service's workloads
  bool external_service = false;                         // of a ServiceEntry
  bool auto_mutual_tls = false;                          // where no policy says anything
  bool dynamic = false;  // a cluster that resolves what is asked for
  bool rule_has_selector = false;
};

// Sets `tls` or `tls_matches` of the cluster, whose type, name and http2 are set. A policy that
// istiod can't carry out leaves plain text.
void set_upstream_tls(const View& view, const UpstreamTlsInput& input, Cluster& cluster);

// Whether auto mTLS is used to reach a port of a service for which no policy names TLS;
// `passthrough`: it has a policy that sends clients' connections where they were bound for.
//
// Source: pilot/pkg/model/push_context.go (BestEffortInferServiceMTLSMode).
[[nodiscard]] bool uses_auto_mutual_tls(const View& view, const Service& service,
                                        const mesh::ServicePort& port, bool passthrough);

}  // namespace egressctl::topology
