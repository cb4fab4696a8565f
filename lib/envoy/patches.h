// Checks the patches of an EnvoyFilter.
//
// Source: istio.io/docs/reference/config/networking/envoy-filter/; istiod applies patches in
// pilot/pkg/networking/core/envoyfilter of istio/istio.
#pragma once

#include <string>
#include <unordered_map>

#include "lib/base/diagnostic.h"
#include "lib/resource/resource.h"

namespace egressctl::envoy {

// Reports what one EnvoyFilter shows by itself: the values of its patches (see message.h),
// operations that istiod ignores, matches that select nothing, and what of several patches does not
// go together. Other kinds make no finding.
void check_envoy_filter(const resource::Resource& resource, Diagnostics& diagnostics);

// The filters that EnvoyFilters patch for some versions of the proxy only.
class VersionedFilters {
 public:
  void add(const resource::Resource& resource);

  // Whether an EnvoyFilter other than `resource` patches the filter so.
  [[nodiscard]] bool elsewhere(const std::string& filter, const resource::Resource& resource) const;

 private:
  // Of several EnvoyFilters, two are enough to know another one for any.
  struct Patched {
    const resource::Resource* first = nullptr;
    bool others = false;
  };

  std::unordered_map<std::string, Patched> filters_;
};

// Reports patches relative to others while the EnvoyFilter has no priority (EGR0605), as `istioctl
// analyze` does; `versioned` has the filters of the whole set. Where the order in which istioctl
// goes through EnvoyFilters decides what it says, the finding has both of its codes.
void check_relative_patches(const resource::Resource& resource, const VersionedFilters& versioned,
                            Diagnostics& diagnostics);

// Reports patches of a gateway's filters that take them wherever they are, whichever destination
// they are for (EGR0632): a matter of taste where the gateway has a single one.
void check_selectivity(const resource::Resource& resource, Diagnostics& diagnostics);

}  // namespace egressctl::envoy
