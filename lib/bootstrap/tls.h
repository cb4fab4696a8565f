// TLS as Envoy's transport sockets, and the secrets that they use.
#pragma once

#include "lib/bootstrap/build.h"

namespace egressctl::bootstrap {

// Each notes the secrets that it uses in `build`.
[[nodiscard]] Json transport_socket(Build& build, const topology::UpstreamTls& tls);
[[nodiscard]] Json transport_socket(Build& build, const topology::DownstreamTls& tls);

// The secrets that were noted: files, by the names that transport sockets use.
[[nodiscard]] Json secrets(const Build& build);

}  // namespace egressctl::bootstrap
