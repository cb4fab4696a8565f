// Names of filters and other extensions, and of the types of their configurations.
#pragma once

#include <string_view>

namespace egressctl::envoy {

// The name that an extension has had since Envoy 1.14, given the one before: "envoy.tcp_proxy" is
// "envoy.filters.network.tcp_proxy" now. Empty for any other name. An HTTP filter's old name may be
// that of a network filter, too; `http` decides.
[[nodiscard]] std::string_view new_name(std::string_view name, bool http);

// Why nothing has the name or type any more: a part of a sentence, "Istio removed it with Mixer".
// Empty for any other.
[[nodiscard]] std::string_view removal_of_name(std::string_view name);
[[nodiscard]] std::string_view removal_of_type(std::string_view type);

// Whether a type is one of API v2 or older: "envoy.api.v2.Cluster", "envoy.config.filter...v2.X".
[[nodiscard]] bool is_v2_type(std::string_view type);

// The package of a type without "envoy.extensions." and the version: "filters.network.tcp_proxy".
// Empty for types that are no extension's.
[[nodiscard]] std::string_view extension_of_type(std::string_view type);

}  // namespace egressctl::envoy
