// What a proxy of a mesh does with connections, as istiod's configuration for it says, turned into
// what a forwarder runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/datapath/spec_roles.h"
#include "lib/topology/model.h"

namespace egressctl::datapath {

// A part of the configuration that can't be run, or is run otherwise than Envoy would.
struct NotRun {
  std::string what;   // lower-case start, no final stop
  SourceRange range;  // of what asks for it; not known for istiod's own
};

struct ProxyRoles {
  std::vector<RoleListener> listeners;  // sorted by port
  std::vector<NotRun> not_run;          // each once
};

// The listeners that a proxy of the kind has for egress. What only listens on an address of a
// Service or a pod, what needs HTTP to be understood beyond its host, and what a filter decides
// that is not known here is left out and told: it is refused, never let through. Gateways of
// `around` are found by the port of their pods; a service port of 0 stands for all.
[[nodiscard]] ProxyRoles roles_of(const topology::Topology& proxy, const Surroundings& around);

}  // namespace egressctl::datapath
