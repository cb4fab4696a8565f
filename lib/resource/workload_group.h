// WorkloadGroup: what workloads outside of Kubernetes have in common.
//
// Source: istio.io/docs/reference/config/networking/workload-group/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/workload_entry.h"

namespace egressctl::resource {

struct ProbeHeader {
  Text name;
};

struct HttpProbe {
  Number port;
  Text scheme;
  List<ProbeHeader> http_headers;
};

struct TcpProbe {
  Number port;
};

struct ExecProbe {
  Texts command;
};

// One of the ways to ask is set.
struct ReadinessProbe {
  Positioned<HttpProbe> http_get;
  Positioned<TcpProbe> tcp_socket;
  Positioned<ExecProbe> exec;
  Positioned<Raw> grpc;
};

struct GroupMetadata {
  TextMap labels;
};

struct WorkloadGroup {
  Positioned<GroupMetadata> metadata;
  Positioned<WorkloadEntry> entry;  // `template`
  Positioned<ReadinessProbe> probe;
};

// Reads `spec`.
[[nodiscard]] WorkloadGroup read_workload_group(const Fields& in);

}  // namespace egressctl::resource
