#include "lib/topology/patches.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <re2/re2.h>

#include "lib/topology/attachment.h"
#include "lib/topology/order.h"

namespace egressctl::topology {
namespace {

using resource::ApplyTo;
using resource::PatchContext;
using resource::PatchOperation;

constexpr std::size_t kMaxVersionPattern = 1024;

// The release that this library follows.
constexpr std::string_view kFollowedVersion = "1.31.0";

const resource::EnvoyFilter& spec_of(const resource::Resource& filter) {
  return *filter.as<resource::EnvoyFilter>();
}

// Where order means nothing, an insertion is an addition.
PatchOperation operation_of(const resource::ConfigPatch& patch) {
  const PatchOperation operation = *patch.patch->operation;
  const ApplyTo target = *patch.apply_to;
  const bool inserts = operation == PatchOperation::InsertAfter ||
                       operation == PatchOperation::InsertBefore ||
                       operation == PatchOperation::InsertFirst;
  const bool ordered = target == ApplyTo::HttpFilter || target == ApplyTo::NetworkFilter ||
                       target == ApplyTo::HttpRoute || target == ApplyTo::ListenerFilter;
  return inserts && !ordered ? PatchOperation::Add : operation;
}

bool fits(const resource::ConfigPatch& patch, std::string_view version) {
  const auto& proxy = patch.match->proxy;
  if (!proxy.present()) return true;
  if (!proxy->metadata->empty()) return false;  // a proxy's own metadata is not in the input
  const std::string& pattern = *proxy->proxy_version;
  if (pattern.empty()) return true;
  if (pattern.size() > kMaxVersionPattern) return false;
  const RE2 regex(pattern, RE2::Quiet);
  // istiod takes a pattern that it can't read for one that is not there.
  return !regex.ok() || RE2::PartialMatch(re2::StringPiece(version.data(), version.size()), regex);
}

bool is_for(const resource::EnvoyFilter& filter, std::string_view name_space, const Proxy& proxy) {
  return attaches(
      {.name_space = name_space,
       .selector = filter.workload_selector.present() ? &filter.workload_selector->labels : nullptr,
       .target_refs = &filter.target_refs},
      proxy);
}

// Why the computation takes no account of it; empty: it does.
std::string_view not_computed(const resource::ConfigPatch& patch) {
  switch (*patch.apply_to) {
    case ApplyTo::Bootstrap: return "patches of BOOTSTRAP are left out";
    case ApplyTo::ExtensionConfig: return "patches of EXTENSION_CONFIG are left out";
    default: break;
  }
  if (*patch.match->context == PatchContext::Waypoint) return "waypoints are left out";
  const auto& proxy = patch.match->proxy;
  if (proxy.present() && !proxy->metadata->empty())
    return "it is for proxies of some metadata, which manifests do not tell: taken for none";
  return {};
}

}  // namespace

Diagnostics patches_left_out(const mesh::Mesh& mesh) {
  Diagnostics out;
  for (const resource::Resource* filter : by_age(mesh, resource::Kind::EnvoyFilter))
    for (const auto& patch : *spec_of(*filter).config_patches)
      if (const std::string_view why = not_computed(*patch); !why.empty())
        out.report(kNotComputed, patch->apply_to.range, "{} is not in what is computed: {}",
                   resource::display_name(*filter), why);
  return out;
}

bool Patch::in(PatchContext context) const {
  const PatchContext wanted = *match().context;
  return wanted == PatchContext::Any || wanted == context;
}

PatchIndex::PatchIndex(const mesh::Mesh& mesh) : mesh_(mesh) {
  for (const resource::Resource* filter : by_age(mesh, resource::Kind::EnvoyFilter))
    filters_[mesh.namespace_of(*filter)].push_back(filter);
}

std::vector<Patch> PatchIndex::of_proxy(const Proxy& proxy) const {
  const mesh::Settings& settings = mesh_.settings();
  std::vector<const resource::Resource*> filters;
  const auto add = [&](std::string_view name_space) {
    const auto found = filters_.find(name_space);
    if (found == filters_.end()) return;
    for (const resource::Resource* filter : found->second)
      if (is_for(spec_of(*filter), name_space, proxy)) filters.push_back(filter);
  };
  add(settings.root_namespace);
  if (proxy.name_space != settings.root_namespace) add(proxy.name_space);
  // The mesh's own go first, and each namespace's are sorted by age already.
  std::stable_sort(filters.begin(), filters.end(), [](const auto* a, const auto* b) {
    return *spec_of(*a).priority < *spec_of(*b).priority;
  });

  const std::string version = settings.istio_version ? to_string(*settings.istio_version) + ".0"
                                                     : std::string(kFollowedVersion);
  std::vector<Patch> out;
  for (const resource::Resource* filter : filters)
    for (const auto& patch : *spec_of(*filter).config_patches)
      if (patch->patch.present() && fits(*patch, version))
        out.push_back({filter, &patch, operation_of(*patch)});
  return out;
}

}  // namespace egressctl::topology
