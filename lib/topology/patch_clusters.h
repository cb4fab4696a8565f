// EnvoyFilters at work on clusters.
//
// Source: istio/istio pilot/pkg/networking/core/envoyfilter/cluster_patch.go.
#pragma once

#include <vector>

#include "lib/topology/cluster.h"
#include "lib/topology/patches.h"

namespace egressctl::topology {

// Applies the patches of that context to the clusters and puts in those that are added.
void patch_clusters(const std::vector<Patch>& patches, resource::PatchContext context,
                    std::vector<Cluster>& clusters);

}  // namespace egressctl::topology
