// Hosts with a namespace before them: of Gateway servers and of a Sidecar's egress listeners.
#pragma once

#include "lib/resource/validation/report.h"

namespace egressctl::resource::validation {

// "host" or "namespace/host"; the namespace may be "." or "*". `from_gateway_api` allows "~" and is
// for what Istio makes of Gateway API objects.
void check_server_host(Report& report, const Text& host, bool from_gateway_api);

// "namespace/host"; the namespace may be ".", "*", "~" or start with '~'.
void check_egress_host(Report& report, const Text& host);

}  // namespace egressctl::resource::validation
