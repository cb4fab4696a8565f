#include "lib/envoy/patches.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "lib/envoy/message.h"
#include "lib/envoy/names.h"
#include "lib/envoy/patch_checks.h"
#include "lib/envoy/rules.h"
#include "lib/envoy/visit.h"
#include "lib/yaml/edit.h"

namespace egressctl::envoy {
namespace {

using resource::ApplyTo;
using resource::ConfigPatch;
using resource::EnvoyFilter;
using resource::PatchContext;
using resource::PatchOperation;

constexpr std::string_view kInternalListenerExtension =
    "envoy.extensions.bootstrap.internal_listener.v3.InternalListener";

void check_value(const ConfigPatch& patch, const resource::Resource& resource,
                 Diagnostics& diagnostics) {
  const auto& value = patch.patch->value;
  const PatchOperation operation = *patch.patch->operation;
  const MessageType* type = patched_type(*patch.apply_to);
  if (type == nullptr || !value.present() || operation == PatchOperation::Remove) return;
  const bool merged =
      operation != PatchOperation::Add && operation != PatchOperation::InsertFirst &&
      operation != PatchOperation::InsertBefore && operation != PatchOperation::InsertAfter &&
      operation != PatchOperation::Replace;
  check_message(resource, *value.node, type->name, {.merged = merged, .key = value.key},
                diagnostics);
}

// Whether all that a patch of the bootstrap adds is what Istio's bootstrap has anyway.
bool adds_internal_listeners_only(const yaml::Node& value) {
  const yaml::Node* extensions = find_value(value, "bootstrap_extensions");
  return extensions != nullptr && value.entries.size() == 1 && !extensions->items.empty() &&
         std::all_of(extensions->items.begin(), extensions->items.end(), [](const auto& item) {
           const yaml::Node* config = find_value(item, "typed_config");
           return config != nullptr && type_in_any(*config) == kInternalListenerExtension;
         });
}

void check_bootstrap(const EnvoyFilter& filter, std::size_t index, Findings& findings) {
  const ConfigPatch& patch = *(*filter.config_patches)[index];
  if (*patch.apply_to != ApplyTo::Bootstrap) return;
  const bool needless =
      patch.patch->value.present() && adds_internal_listeners_only(*patch.patch->value.node);
  auto builder = findings.report(
      kBootstrapPatch, patch.apply_to.range, "{}",
      needless ? "Istio's bootstrap has internal listeners already: the patch is of no use"
               : "a patch of the bootstrap is deprecated, and ignored unless the proxy has "
                 "BOOTSTRAP_XDS_AGENT=true when it starts");
  if (!needless) {
    builder.help("use the annotation sidecar.istio.io/bootstrapOverride");
    return;
  }
  builder.help("remove the patch");
  if (auto edit = yaml::remove_item(*filter.config_patches.node, index))
    builder.fix({.title = "remove the patch", .safe = true, .edits = {*edit}});
}

// Whether the patch puts something into gateways that is meant for one of them.
bool adds_to_gateways(const ConfigPatch& patch) {
  const bool listener = *patch.apply_to == ApplyTo::Listener;
  if (!adds(patch) || (!listener && *patch.apply_to != ApplyTo::Cluster)) return false;
  const PatchContext context = *patch.match->context;
  return context == PatchContext::Gateway || (listener && context == PatchContext::Any);
}

// One selector is for all patches, so that the first one stands for them.
void check_selector(const EnvoyFilter& filter, Findings& findings) {
  if (filter.workload_selector.present() || !filter.target_refs->empty()) return;
  const auto& patches = *filter.config_patches;
  const auto first = std::find_if(patches.begin(), patches.end(),
                                  [](const auto& patch) { return adds_to_gateways(*patch); });
  if (first == patches.end()) return;
  const ConfigPatch& patch = **first;
  const bool listener = *patch.apply_to == ApplyTo::Listener;
  const PatchContext context = *patch.match->context;
  findings
      .report(kNoWorkloadSelector, patch.apply_to.range,
              "without a \"workloadSelector\" every {} that the namespace counts for gets the {}",
              context == PatchContext::Gateway ? "gateway" : "proxy",
              listener ? "listener" : "cluster")
      .help("add \"workloadSelector\" with the labels of the gateway that it is for");
}

void check_duplicates(const std::vector<PatchName>& names, std::string_view what,
                      Findings& findings) {
  for (std::size_t i = 1; i < names.size(); ++i) {
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(i);
    const auto first = std::find_if(
        names.begin(), end, [&](const PatchName& other) { return other.text == names[i].text; });
    if (first == end) continue;
    findings
        .report(kDuplicateName, names[i].range, "two patches add a {} \"{}\"", what, names[i].text)
        .related(first->range, "the other one is here")
        .help("give each a name of its own");
  }
}

// Two patches of one name may be for different proxies.
bool for_all_alike(const EnvoyFilter& filter) {
  const auto& patches = *filter.config_patches;
  return std::all_of(patches.begin(), patches.end(), [&](const auto& patch) {
    return *patch->match->context == *patches.front()->match->context &&
           !patch->match->proxy.present();
  });
}

// What tells two patches of "the same" filter for IST0155: as istioctl does it.
std::string instance_of(const ConfigPatch& patch) {
  if (!patch.patch->value.present() || patch.patch->value.node->entries.empty()) return {};
  const yaml::Node* name = patch.patch->value.node->find("name");
  if (name != nullptr) return std::string("value:").append(name->scalar);
  return *patch.match->listener->filter_chain->filter->name;
}

bool is_relative(const ConfigPatch& patch) {
  const ApplyTo apply_to = *patch.apply_to;
  switch (*patch.patch->operation) {
    case PatchOperation::Remove:
      return apply_to != ApplyTo::RouteConfiguration && apply_to != ApplyTo::HttpRoute;
    case PatchOperation::Replace:
      return apply_to == ApplyTo::NetworkFilter || apply_to == ApplyTo::HttpFilter ||
             apply_to == ApplyTo::VirtualHost;
    case PatchOperation::InsertBefore:
    case PatchOperation::InsertAfter: return true;
    default: return false;
  }
}

bool takes_any_chain(const ConfigPatch& patch) {
  const auto& chain = patch.match->listener->filter_chain;
  return chain->name->empty() && chain->sni->empty() && *chain->destination_port == 0;
}

}  // namespace

void check_envoy_filter(const resource::Resource& resource, Diagnostics& diagnostics) {
  const auto* filter = resource.as<EnvoyFilter>();
  if (filter == nullptr) return;
  Findings findings(resource, diagnostics);
  const auto& patches = *filter->config_patches;
  for (std::size_t i = 0; i < patches.size(); ++i) {
    const ConfigPatch& patch = *patches[i];
    check_value(patch, resource, diagnostics);
    check_operation(patch, findings);
    check_match(patch, findings);
    check_sni_proxy(patch, findings);
    check_filter_chains(*filter, patch, findings);
    check_cluster(patch, findings);
    check_listener(patch, findings);
    check_bootstrap(*filter, i, findings);
  }
  check_selector(*filter, findings);
  check_dns_caches(*filter, findings);
  if (patches.size() < 2 || !for_all_alike(*filter)) return;
  const PatchNames names = collect_names(resource);
  check_duplicates(names.clusters, "cluster", findings);
  check_duplicates(names.listeners, "listener", findings);
}

void VersionedFilters::add(const resource::Resource& resource) {
  const auto* filter = resource.as<EnvoyFilter>();
  if (filter == nullptr) return;
  for (const auto& item : *filter->config_patches) {
    if (!item->patch.present()) break;
    if (item->match->proxy->proxy_version->empty()) continue;
    const auto [found, added] =
        filters_.try_emplace(instance_of(*item), Patched{.first = &resource});
    if (!added && found->second.first != &resource) found->second.others = true;
  }
}

bool VersionedFilters::elsewhere(const std::string& filter,
                                 const resource::Resource& resource) const {
  const auto found = filters_.find(filter);
  return found != filters_.end() && (found->second.others || found->second.first != &resource);
}

void check_relative_patches(const resource::Resource& resource, const VersionedFilters& versioned,
                            Diagnostics& diagnostics) {
  const auto* filter = resource.as<EnvoyFilter>();
  if (filter == nullptr) return;
  Findings findings(resource, diagnostics);
  std::unordered_set<std::string> before;  // of this EnvoyFilter
  for (const auto& item : *filter->config_patches) {
    const ConfigPatch& patch = *item;
    if (!patch.patch.present()) break;
    const std::string instance = instance_of(patch);
    if (is_relative(patch) && *filter->priority == 0) {
      auto finding = findings.report(
          kRelativePatch, patch.patch->operation.range,
          "{} depends on what other patches did before, and without a \"priority\" their order is "
          "that of creation",
          patch.patch->operation.text());
      const bool surely = before.contains(instance);
      if (!surely) finding.alias("IST0151");
      if (surely || versioned.elsewhere(instance, resource)) finding.alias("IST0155");
      finding.help("set \"priority\", or use INSERT_FIRST or ADD");
    }
    if (!patch.match->proxy->proxy_version->empty()) before.insert(instance);
  }
}

void check_selectivity(const resource::Resource& resource, Diagnostics& diagnostics) {
  const auto* filter = resource.as<EnvoyFilter>();
  if (filter == nullptr) return;
  Findings findings(resource, diagnostics);
  for (const auto& item : *filter->config_patches) {
    const ConfigPatch& patch = *item;
    const bool changes = *patch.patch->operation == PatchOperation::Merge ||
                         *patch.patch->operation == PatchOperation::Replace ||
                         *patch.patch->operation == PatchOperation::Remove;
    if (*patch.apply_to != ApplyTo::NetworkFilter || !changes) continue;
    if (*patch.match->context != PatchContext::Gateway || !takes_any_chain(patch)) continue;
    if (patch.match->listener->filter_chain->filter->name->empty()) continue;
    findings
        .report(kSelectsTooMuch, patch.patch->operation.range,
                "the patch changes \"{}\" in the filter chains of all destinations of the gateway",
                *patch.match->listener->filter_chain->filter->name)
        .help("name the chain: match.listener.portNumber and match.listener.filterChain.sni");
  }
}

}  // namespace egressctl::envoy
