// The certificates in use, as Envoy's /certs shows them.
#pragma once

#include <string>

#include "lib/forward/forwarder.h"

namespace egressctl::forward {

// JSON: for each TLS context that is used its authorities and its own chain, with serial numbers,
// names and dates; no keys.
//
// Source: https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/certs.proto
[[nodiscard]] std::string certificates_page(const Forwarder& forwarder);

}  // namespace egressctl::forward
