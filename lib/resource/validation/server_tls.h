// TLS of Gateway servers and of a Sidecar's ingress listeners.
//
// Source: istio.io/docs/reference/config/networking/gateway/#ServerTLSSettings.
#pragma once

#include "lib/resource/tls_settings.h"
#include "lib/resource/validation/report.h"

namespace egressctl::resource::validation {

// Settings that are there.
void check_server_tls(Report& report, const Positioned<ServerTls>& tls);

}  // namespace egressctl::resource::validation
