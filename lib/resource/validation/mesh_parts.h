// A part of MeshConfig.
#pragma once

#include "lib/resource/mesh_proxy.h"
#include "lib/resource/validation/report.h"

namespace egressctl::resource::validation {

// `defaultConfig`.
void check_mesh_proxy(Report& report, const MeshProxy& proxy);

}  // namespace egressctl::resource::validation
