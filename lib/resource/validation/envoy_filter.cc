#include "lib/resource/envoy_filter.h"

#include <string>
#include <string_view>

#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/old_filter_names.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/regex.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kConnectionManager = "envoy.filters.network.http_connection_manager";
constexpr std::string_view kOldConnectionManager = "envoy.http_connection_manager";

enum class ObjectClass { Listener, Route, Cluster, Other };

ObjectClass class_of(ApplyTo apply_to) {
  switch (apply_to) {
    case ApplyTo::Listener:
    case ApplyTo::FilterChain:
    case ApplyTo::NetworkFilter:
    case ApplyTo::HttpFilter: return ObjectClass::Listener;
    case ApplyTo::RouteConfiguration:
    case ApplyTo::VirtualHost:
    case ApplyTo::HttpRoute: return ObjectClass::Route;
    case ApplyTo::Cluster: return ObjectClass::Cluster;
    default: return ObjectClass::Other;
  }
}

// What of the match there is, with its key.
const SourceRange* other_match(const PatchMatch& match, std::string_view wanted) {
  const auto pick = [&](const auto& field, std::string_view name) -> const SourceRange* {
    return field.present() && name != wanted ? &field.key : nullptr;
  };
  for (const SourceRange* found :
       {pick(match.listener, "listener"), pick(match.route_configuration, "routeConfiguration"),
        pick(match.cluster, "cluster"), pick(match.waypoint, "waypoint")})
    if (found != nullptr) return found;
  return nullptr;
}

// Whether the match is of the class that the patch applies to.
bool check_match_class(Report& report, const ConfigPatch& patch) {
  std::string_view wanted;
  bool present = false;
  switch (class_of(*patch.apply_to)) {
    case ObjectClass::Listener:
      wanted = "listener";
      present = patch.match->listener.present();
      break;
    case ObjectClass::Route:
      wanted = "routeConfiguration";
      present = patch.match->route_configuration.present();
      break;
    case ObjectClass::Cluster:
      wanted = "cluster";
      present = patch.match->cluster.present();
      break;
    case ObjectClass::Other: return true;
  }
  const SourceRange* other = present ? nullptr : other_match(*patch.match, wanted);
  if (other == nullptr) return true;
  report
      .error(kPatchMatchMismatch, *other, "a patch of {} is matched by \"{}\", found \"{}\"",
             patch.apply_to.text(), wanted, other->text())
      .related(patch.apply_to.range, "what the patch applies to");
  return false;
}

void check_old_name(Report& report, const Text& name) {
  const std::string_view now = new_filter_name(*name);
  if (now.empty()) return;
  auto finding = report.warning(kDeprecatedField, name.range, "filter \"{}\" is called \"{}\" now",
                                *name, now);
  finding.help(fmt::format("write \"{}\"", now));
  // Two filters had the same old name.
  if (*name == "envoy.ext_authz") return;
  if (auto edit = yaml::replace_string(*name.node, now))
    finding.fix({.title = fmt::format("write \"{}\"", now), .safe = true, .edits = {*edit}});
}

void check_filter_match(Report& report, const ConfigPatch& patch) {
  const Positioned<FilterMatch>& filter = patch.match->listener->filter_chain->filter;
  if (!filter.present()) return;
  const bool above_filters =
      *patch.apply_to == ApplyTo::Listener || *patch.apply_to == ApplyTo::FilterChain;
  if (above_filters)
    report
        .warning(kInvalidPatch, filter.key, "a patch of {} does not look at \"filter\"",
                 patch.apply_to.text())
        .related(patch.apply_to.range, "what the patch applies to");
  if (filter->name->empty()) {
    report.missing(kInvalidPatch, filter, filter->name, "name", "the filter match has no name");
    return;
  }
  const Positioned<SubFilterMatch>& sub = filter->sub_filter;
  if (sub.present()) {
    if (*patch.apply_to != ApplyTo::HttpFilter) {
      report.error(kInvalidPatch, sub.key, "\"subFilter\" is for patches of HTTP_FILTER, found {}",
                   patch.apply_to.text());
      return;
    }
    if (*filter->name != kConnectionManager && *filter->name != kOldConnectionManager) {
      report.error(kInvalidPatch, filter->name.range, "only \"{}\" has sub-filters, found \"{}\"",
                   kConnectionManager, *filter->name);
      return;
    }
    if (sub->name->empty()) {
      report.missing(kInvalidPatch, sub, sub->name, "name", "the sub-filter match has no name");
      return;
    }
  }
  check_old_name(report, filter->name);
  check_old_name(report, sub->name);
}

// Returns false after a mistake that makes Istio look no further.
bool check_version(Report& report, const Text& version) {
  if (version->empty()) return true;
  if (version->size() > kMaxRegexBytes) {
    report.warning(kInvalidRegex, version.range,
                   "\"proxyVersion\" has {} bytes; over {} it is ignored", version->size(),
                   kMaxRegexBytes);
    return true;
  }
  const auto problem = regex_problem(*version);
  if (!problem) return true;
  report.error(kInvalidRegex, version.range, "\"{}\" is no regular expression of RE2: {}", *version,
               problem->message);
  return false;
}

void check_patch(Report& report, const Positioned<ConfigPatch>& item) {
  const ConfigPatch& config = *item;
  if (!item.node->is_mapping()) return;
  // What a waypoint takes is not validated by Istio.
  if (*config.match->context == PatchContext::Waypoint) return;
  if (*config.apply_to == ApplyTo::Invalid) {
    report.missing(kInvalidPatch, item, config.apply_to, "applyTo",
                   "the patch does not say what it applies to");
    return;
  }
  const Positioned<Patch>& patch = config.patch;
  if (!patch.present()) {
    report.missing(kInvalidPatch, item, patch, "patch",
                   "the item has no \"patch\", so that it changes nothing");
    return;
  }
  if (*patch->operation == PatchOperation::Invalid) {
    report.missing(kInvalidPatch, patch, patch->operation, "operation",
                   "the patch has no operation");
    return;
  }
  if (*patch->operation != PatchOperation::Remove && !patch->value.present()) {
    report.missing(kInvalidPatch, patch, patch->value, "value", "operation {} needs a value",
                   patch->operation.text());
    return;
  }
  if (!check_version(report, config.match->proxy->proxy_version)) return;
  if (check_match_class(report, config) && class_of(*config.apply_to) == ObjectClass::Listener)
    check_filter_match(report, config);
}

}  // namespace

void check(Report& report, const EnvoyFilter& filter) {
  // Istio looks no further than a selector that is wrong.
  if (filter.workload_selector.present() &&
      check_selector_labels(report, filter.workload_selector->labels))
    return;
  report
      .warning(kEnvoyInternals, report.resource().kind_name.range,
               "an EnvoyFilter relies on internals of Istio and Envoy that may change with every "
               "release")
      .help("test it with each upgrade, and prefer Istio's own resources where they will do");
  check_selector(report, filter.workload_selector);
  for (const Positioned<ConfigPatch>& patch : *filter.config_patches) check_patch(report, patch);
}

}  // namespace egressctl::resource::validation
