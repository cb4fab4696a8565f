// Filters that had a shorter name before Envoy 1.14.
#pragma once

#include <string_view>

namespace egressctl::resource::validation {

// What an old name became: "envoy.filters.network.tcp_proxy" of "envoy.tcp_proxy". Empty for names
// that are not old. "envoy.ext_authz" was the name of two filters; the network filter's is
// returned.
[[nodiscard]] std::string_view new_filter_name(std::string_view old_name);

}  // namespace egressctl::resource::validation
