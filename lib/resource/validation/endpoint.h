// An endpoint outside of Kubernetes, alone or in a ServiceEntry.
#pragma once

#include "lib/resource/service_entry.h"
#include "lib/resource/validation/report.h"
#include "lib/resource/workload_entry.h"

namespace egressctl::resource::validation {

// The ports and labels of an endpoint. `service`, when set, is the ServiceEntry that it belongs to;
// the endpoint's ports are then those of the service.
void check_endpoint_ports(Report& report, const WorkloadEntry& entry, const ServiceEntry* service);

// An endpoint of a WorkloadEntry (without `service`), which may have a name for an address, or of a
// ServiceEntry with STATIC endpoints. `parent` is the mapping that holds it.
void check_endpoint(Report& report, const Positioned<Raw>& parent, const WorkloadEntry& entry,
                    const ServiceEntry* service);

}  // namespace egressctl::resource::validation
