// EnvoyFilters at work on listeners, filter chains and their filters.
//
// Source: istio/istio pilot/pkg/networking/core/envoyfilter/listener_patch.go.
#pragma once

#include <vector>

#include "lib/topology/listener.h"
#include "lib/topology/patches.h"

namespace egressctl::topology {

// Applies the patches of that context; `adds`: whole listeners, too. HTTP filters are no part of
// the model, so patches to them change nothing here.
void patch_listeners(const std::vector<Patch>& patches, resource::PatchContext context, bool adds,
                     std::vector<Listener>& listeners);

}  // namespace egressctl::topology
