// IstioOperator: an installation of Istio, read by istioctl.
//
// Source: istio.io/docs/reference/config/istio.operator.v1alpha1/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/mesh_config.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

struct IstioOperator {
  Text profile;
  Text revision;
  Text name_space;
  Positioned<MeshConfig> mesh_config;
  Positioned<Raw> components;
  Positioned<Raw> values;  // Helm values, which may hold a `meshConfig` of their own
};

// Reads `spec`.
[[nodiscard]] IstioOperator read_istio_operator(const Fields& in);

}  // namespace egressctl::resource
