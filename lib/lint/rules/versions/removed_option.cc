// EGR0702 removed-option
#include <algorithm>
#include <array>

#include "lib/lint/context.h"
#include "lib/lint/rules/versions/versions.h"
#include "lib/yaml/node.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0702", "removed-option", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#53186", "istio/istio#50126"};

// Variables of istiod that Istio 1.31 no longer reads.
//
// Source: istio/istio pilot/pkg/features, and the release notes ("Removed ...").
constexpr std::array<std::string_view, 12> kRemoved = {
    "ENABLE_AUTO_SNI",
    "ENABLE_EXTERNAL_NAME_ALIAS",
    "ENABLE_LEGACY_FSGROUP_INJECTION",
    "ENABLE_OPTIMIZED_CONFIG_REBUILD",
    "PILOT_ENABLE_DESTINATION_RULE_INHERITANCE",
    "PILOT_ENABLE_INBOUND_PASSTHROUGH",
    "PILOT_ENABLE_LEGACY_AUTO_PASSTHROUGH",
    "PILOT_ENABLE_LEGACY_ISTIO_MUTUAL_CREDENTIAL_NAME",
    "PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_INBOUND",
    "PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_OUTBOUND",
    "PILOT_PARTIAL_FULL_PUSHES",
    "VERIFY_CERTIFICATE_AT_CLIENT",
};

bool is_removed(std::string_view name) {
  return std::find(kRemoved.begin(), kRemoved.end(), name) != kRemoved.end();
}

void report(const yaml::Node& name, Diagnostics& out) {
  out.report(kId, name.range, "Istio no longer reads \"{}\": it has no effect", name.scalar)
      .help("remove it; what it switched is now a field of a resource, or always on");
}

// Every `env` list below a node, which is where Deployments and Helm values have variables.
void check_lists(const yaml::Node& node, Diagnostics& out) {
  for (const yaml::Node& item : node.items) check_lists(item, out);
  for (const yaml::Entry& entry : node.entries) {
    if (entry.key.scalar != "env") {
      check_lists(entry.value, out);
      continue;
    }
    for (const yaml::Node& item : entry.value.items)
      if (const yaml::Node* name = item.find("name"); name != nullptr && is_removed(name->scalar))
        report(*name, out);
    for (const yaml::Entry& variable : entry.value.entries)
      if (is_removed(variable.key.scalar)) report(variable.key, out);
  }
}

void check(const Context& in, Diagnostics& out) {
  for (const resource::Resource& resource : in.mesh().resources())
    if (resource.kind == resource::Kind::Deployment ||
        resource.kind == resource::Kind::IstioOperator)
      if (resource.node != nullptr) check_lists(*resource.node, out);
}

}  // namespace

const Rule kRemovedOption{
    .info = {.id = kId,
             .summary = "a variable of istiod that it no longer reads",
             .why = "It is set without effect, so that the old behaviour one counts on is gone.",
             .mend = "Remove it; use fields of DestinationRules or `compatibilityVersion`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
