#include "lib/topology/patch_clusters.h"

#include <algorithm>

#include "lib/topology/patch_list.h"

namespace egressctl::topology {
namespace {

using resource::PatchContext;
using resource::PatchOperation;

bool matches(const Patch& patch, const Cluster& cluster) {
  const auto& match = patch.match().cluster;
  if (!match.present()) return true;
  if (!match->name->empty()) return *match->name == cluster.name;
  return (match->subset->empty() || *match->subset == cluster.subset) &&
         (match->service->empty() || *match->service == cluster.service) &&
         (*match->port_number == 0 || *match->port_number == cluster.port);
}

// A patch with a transport socket does nothing else. Of TLS by label it changes the first that is
// TLS; a socket of another kind takes the place of the one that is there.
void merge(const Patch& patch, Cluster& cluster) {
  const PatchValue value = value_of(patch);
  const yaml::Node* socket = value.transport_socket();
  if (socket == nullptr) {
    value.merge_into(cluster);
    return;
  }
  const bool tls = PatchValue::is_tls(*socket);
  if (!cluster.tls_matches.empty()) {
    const auto found = std::find_if(cluster.tls_matches.begin(), cluster.tls_matches.end(),
                                    [](const UpstreamTlsMatch& match) { return bool(match.tls); });
    if (tls && found != cluster.tls_matches.end()) value.part(*socket).merge_into(*found->tls);
    return;
  }
  if (!tls) {
    cluster.tls.reset();
    cluster.other_socket = socket;
    return;
  }
  if (cluster.tls) {
    value.part(*socket).merge_into(*cluster.tls);
  } else {
    cluster.tls = value.part(*socket).made<UpstreamTls>();
  }
}

}  // namespace

void patch_clusters(const std::vector<Patch>& patches, PatchContext context,
                    std::vector<Cluster>& clusters) {
  std::vector<const Patch*> fitting;
  for (const Patch& patch : patches)
    if (patch.apply_to() == resource::ApplyTo::Cluster && patch.in(context))
      fitting.push_back(&patch);
  if (fitting.empty()) return;
  std::erase_if(clusters, [&](Cluster& cluster) {
    for (const Patch* patch : fitting) {
      if (!matches(*patch, cluster)) continue;
      if (patch->operation == PatchOperation::Remove) return true;
      if (is_merge(patch->operation)) merge(*patch, cluster);
    }
    return false;
  });
  for (const Patch* patch : fitting) {
    const bool only_outbound =
        *patch->match().context == PatchContext::Any && context == PatchContext::SidecarInbound;
    if (patch->operation == PatchOperation::Add && !only_outbound)
      clusters.push_back(value_of(*patch).made<Cluster>());
  }
}

}  // namespace egressctl::topology
