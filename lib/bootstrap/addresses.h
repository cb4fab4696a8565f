// Addresses in Envoy's terms.
#pragma once

#include <string>

#include "lib/bootstrap/build.h"

namespace egressctl::bootstrap {

// {"socket_address": {...}}; for "unix://PATH" a pipe, for "envoy://NAME" an internal listener.
[[nodiscard]] Json address_of(const std::string& address, std::uint32_t port);

// {"address_prefix", "prefix_len"} of "10.0.0.0/8"; an address alone is a range of one.
[[nodiscard]] Json range_of(std::string_view cidr);

// The override for a host at a port, or nullptr.
[[nodiscard]] const EndpointOverride* override_of(const Options& options, std::string_view host,
                                                  std::uint32_t port);

}  // namespace egressctl::bootstrap
