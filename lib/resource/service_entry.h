// ServiceEntry: hosts that the mesh knows of besides Kubernetes' own.
//
// Source: istio.io/docs/reference/config/networking/service-entry/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/port.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"
#include "lib/resource/workload_entry.h"

namespace egressctl::resource {

enum class Location { MeshExternal, MeshInternal, Unknown };

// How a proxy finds the endpoints.
enum class Resolution {
  None,  // the default: the address that the client dialled
  Static,
  Dns,
  DnsRoundRobin,
  DynamicDns,  // by the name in the connection; Istio 1.30 on
  Unknown,
};

struct ServiceEntry {
  Texts hosts;
  Texts addresses;  // virtual IPs or CIDRs
  List<Port> ports;
  Positioned<Location> location;
  Positioned<Resolution> resolution;
  List<WorkloadEntry> endpoints;
  Positioned<WorkloadSelector> workload_selector;
  Texts export_to;  // absent: MeshConfig.defaultServiceExportTo
  Texts subject_alt_names;
};

// Reads `spec`.
[[nodiscard]] ServiceEntry read_service_entry(const Fields& in);

}  // namespace egressctl::resource
