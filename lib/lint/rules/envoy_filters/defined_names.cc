#include "lib/lint/rules/envoy_filters/defined_names.h"

namespace egressctl::lint::rules {
namespace {

void add(const std::vector<envoy::PatchName>& more, DefinedNames::Names& out) {
  for (const envoy::PatchName& name : more)
    if (out.set.insert(name.text).second) out.list.push_back(name.text);
}

}  // namespace

DefinedNames::DefinedNames(const Context& in) {
  for (const resource::Resource* filter : in.mesh().all(resource::Kind::EnvoyFilter)) {
    const envoy::PatchNames& names = of_filters_.emplace_back(envoy::collect_names(*filter));
    add(names.clusters, clusters_);
    add(names.internal_listeners, internal_listeners_);
  }
}

}  // namespace egressctl::lint::rules
