// What is bound to a waypoint, and how ambient mode sees it.
#pragma once

#include <string_view>

#include "lib/lint/context.h"

namespace egressctl::lint::rules {

// Whether the namespace's pods are in the mesh by ztunnel.
[[nodiscard]] bool is_ambient(const mesh::Mesh& mesh, std::string_view name_space);

// A setting of istiod or of the CNI plugin, for which the input has a place.
enum class Setting { On, Off, NotSet, Unknown };

// A variable of istiod, in its Deployment or the values of an installation; Unknown when the input
// has neither.
[[nodiscard]] Setting istiod_variable(const mesh::Mesh& mesh, std::string_view name);

// Whether ztunnel answers DNS queries (`cni.ambient.dnsCapture`); Unknown when nothing says so.
[[nodiscard]] Setting dns_capture(const mesh::Mesh& mesh);

}  // namespace egressctl::lint::rules
