// For the tests of this folder.
#pragma once

#include "lib/base/diagnostic.h"
#include "lib/envoy/patches.h"
#include "lib/resource/test_resources.h"

namespace egressctl::envoy {

using resource::Loaded;

// All findings about the EnvoyFilters of a file, sorted.
inline Diagnostics check_all(const Loaded& loaded) {
  Diagnostics findings;
  VersionedFilters versioned;
  for (const resource::Resource& resource : loaded.resources) versioned.add(resource);
  for (const resource::Resource& resource : loaded.resources) {
    check_envoy_filter(resource, findings);
    check_relative_patches(resource, versioned, findings);
    check_selectivity(resource, findings);
  }
  findings.sort();
  return findings;
}

}  // namespace egressctl::envoy
