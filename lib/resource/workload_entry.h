// WorkloadEntry: one workload outside of Kubernetes; also an endpoint of a ServiceEntry.
//
// Source: istio.io/docs/reference/config/networking/workload-entry/.
#pragma once

#include <cstdint>

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

struct WorkloadEntry {
  Text address;  // an IP, a host name (DNS resolutions only), or "unix:///path"
  Positioned<Map<std::int64_t>> ports;  // port name -> number
  TextMap labels;
  Text network;
  Text locality;
  Number weight;
  Text service_account;
};

// Reads `spec`, or an item of a ServiceEntry's `endpoints`.
[[nodiscard]] WorkloadEntry read_workload_entry(const Fields& in);

}  // namespace egressctl::resource
