// What istiod does with a patch, by what it applies to.
//
// Source: pilot/pkg/networking/core/envoyfilter and pkg/config/analysis/analyzers/envoyfilter of
// istio/istio.
#include <string>
#include <string_view>

#include "lib/envoy/patch_checks.h"
#include "lib/envoy/rules.h"
#include "lib/resource/validation/rules.h"
#include "lib/yaml/edit.h"

namespace egressctl::envoy {
namespace {

using resource::ApplyTo;
using resource::ConfigPatch;
using resource::PatchContext;
using resource::PatchOperation;
using resource::validation::kPatchMatchMismatch;

bool is_filter(ApplyTo apply_to) {
  return apply_to == ApplyTo::NetworkFilter || apply_to == ApplyTo::HttpFilter ||
         apply_to == ApplyTo::ListenerFilter;
}

bool is_merge(PatchOperation operation) {
  return operation == PatchOperation::Merge || operation == PatchOperation::MergeAndReplaceList;
}

bool is_insert(PatchOperation operation) {
  return operation == PatchOperation::InsertFirst || operation == PatchOperation::InsertBefore ||
         operation == PatchOperation::InsertAfter;
}

// A verdict on an operation: the code that `istioctl analyze` has for it, and what works instead.
struct Verdict {
  std::string_view alias;
  std::string_view help;
  bool ignored = false;
};

// What istioctl says; of HTTP_ROUTE it says more than istiod does.
Verdict verdict_of_istioctl(ApplyTo apply_to, PatchOperation operation) {
  const bool routes = apply_to == ApplyTo::RouteConfiguration || apply_to == ApplyTo::HttpRoute;
  if (routes && operation == PatchOperation::Add)
    return {
        "IST0153",
        apply_to == ApplyTo::HttpRoute ? "use INSERT_FIRST" : "use MERGE, or add a VIRTUAL_HOST",
        true};
  if (routes && operation == PatchOperation::Remove)
    return {"IST0154", "use MERGE to change it", true};
  const bool replaceable = apply_to == ApplyTo::NetworkFilter || apply_to == ApplyTo::HttpFilter ||
                           apply_to == ApplyTo::VirtualHost;
  if (operation == PatchOperation::Replace && !replaceable)
    return {"IST0152", "use MERGE, or REMOVE and ADD in two patches", true};
  return {};
}

Verdict verdict_of_istiod(ApplyTo apply_to, PatchOperation operation) {
  if (operation == PatchOperation::MergeAndReplaceList && is_filter(apply_to))
    return {{}, "use MERGE, or REPLACE the filter", true};
  // What can't be inserted is added, and nothing adds route configurations.
  if (apply_to == ApplyTo::RouteConfiguration && is_insert(operation))
    return {{}, "use MERGE", true};
  if (apply_to == ApplyTo::ExtensionConfig && operation != PatchOperation::Add &&
      !is_insert(operation))
    return {{}, "use ADD", true};
  if (apply_to == ApplyTo::Bootstrap && !is_merge(operation)) return {{}, "use MERGE", true};
  return {};
}

bool has_filter_match(const ConfigPatch& patch) {
  const auto& listener = patch.match->listener;
  const auto& filter = listener->filter_chain->filter;
  switch (*patch.apply_to) {
    case ApplyTo::ListenerFilter: return !listener->listener_filter->empty();
    case ApplyTo::HttpFilter: return filter->sub_filter.present();
    default: return filter.present();
  }
}

std::string_view filter_match_of(ApplyTo apply_to) {
  if (apply_to == ApplyTo::ListenerFilter) return "listener.listenerFilter";
  return apply_to == ApplyTo::HttpFilter ? "listener.filterChain.filter.subFilter"
                                         : "listener.filterChain.filter";
}

// Whether istiod passes over a patch of this kind that names no filter.
bool needs_filter_match(const ConfigPatch& patch) {
  if (!is_filter(*patch.apply_to) || *patch.match->context == PatchContext::Waypoint) return false;
  const PatchOperation operation = *patch.patch->operation;
  return operation == PatchOperation::Replace || operation == PatchOperation::Remove ||
         (operation == PatchOperation::Merge && *patch.apply_to == ApplyTo::ListenerFilter);
}

void check_ports(const ConfigPatch& patch, Findings& findings) {
  for (const resource::Number* port :
       {&patch.match->listener->port_number, &patch.match->route_configuration->port_number,
        &patch.match->cluster->port_number}) {
    if (!port->present() || **port != 0) continue;
    findings
        .report(kSelectsNothing, port->range,
                "\"portNumber\" 0 is as if it were not there: the patch is for every port")
        .help("name the port, or remove the field");
  }
}

}  // namespace

void check_operation(const ConfigPatch& patch, Findings& findings) {
  const PatchOperation operation = *patch.patch->operation;
  if (operation == PatchOperation::Invalid || operation == PatchOperation::Unknown) return;
  if (*patch.apply_to == ApplyTo::Invalid || *patch.apply_to == ApplyTo::Unknown) return;
  Verdict verdict = verdict_of_istioctl(*patch.apply_to, operation);
  if (!verdict.ignored) verdict = verdict_of_istiod(*patch.apply_to, operation);
  if (!verdict.ignored) return;
  auto builder = findings.report(kPatchMatchMismatch, patch.patch->operation.range,
                                 "operation {} does nothing to {}", patch.patch->operation.text(),
                                 patch.apply_to.text());
  builder.related(patch.apply_to.range, "what the patch applies to")
      .help(std::string(verdict.help));
  // Istio's own tools take the others for right.
  if (verdict.alias.empty())
    builder.severity(Severity::Warning);
  else
    builder.alias(std::string(verdict.alias));
}

void check_match(const ConfigPatch& patch, Findings& findings) {
  check_ports(patch, findings);
  if (!needs_filter_match(patch) || has_filter_match(patch)) return;
  // What istiod ignores altogether needs no second finding.
  if (verdict_of_istioctl(*patch.apply_to, *patch.patch->operation).ignored) return;
  findings
      .report(kSelectsNothing, patch.patch->operation.range,
              "operation {} changes nothing: the match names no filter to do it to",
              patch.patch->operation.text())
      .help(std::string("name the filter in \"match.")
                .append(filter_match_of(*patch.apply_to))
                .append("\""));
}

}  // namespace egressctl::envoy
