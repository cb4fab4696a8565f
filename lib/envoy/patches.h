// Checks the patches of an EnvoyFilter.
//
// Source: istio.io/docs/reference/config/networking/envoy-filter/; istiod applies patches in
// pilot/pkg/networking/core/envoyfilter of istio/istio.
#pragma once

#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/resource/resource.h"

namespace egressctl::envoy {

// Reports what one EnvoyFilter shows by itself: the values of its patches (see message.h),
// operations that istiod ignores, matches that select nothing, and what of several patches does not
// go together. Other kinds make no finding.
void check_envoy_filter(const resource::Resource& resource, Diagnostics& diagnostics);

// Reports patches relative to others while the EnvoyFilter has no priority (EGR0605), as `istioctl
// analyze` does. `versioned` has the filters that earlier EnvoyFilters patch for some versions of
// the proxy only; those of this one are added.
void check_relative_patches(const resource::Resource& resource, std::vector<std::string>& versioned,
                            Diagnostics& diagnostics);

// Reports patches of a gateway's filters that take them wherever they are, whichever destination
// they are for (EGR0632): a matter of taste where the gateway has a single one.
void check_selectivity(const resource::Resource& resource, Diagnostics& diagnostics);

}  // namespace egressctl::envoy
