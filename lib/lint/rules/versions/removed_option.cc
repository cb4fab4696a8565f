// EGR0702 removed-option
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "lib/lint/context.h"
#include "lib/lint/rules/versions/versions.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/node.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0702", "removed-option", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#53186", "istio/istio#50126"};

constexpr resource::Kind kReads[] = {resource::Kind::Deployment, resource::Kind::IstioOperator,
                                     resource::Kind::MeshConfig};

// Variables of istiod that Istio 1.31 no longer reads.
//
// Source: istio/istio pilot/pkg/features, and the release notes ("Removed ...").
constexpr std::array<std::string_view, 17> kRemoved = {
    "ENABLE_AUTO_MTLS_CHECK_POLICIES",
    "ENABLE_AUTO_SNI",
    "ENABLE_EXTERNAL_NAME_ALIAS",
    "ENABLE_LEGACY_FSGROUP_INJECTION",
    "ENABLE_LEGACY_LB_ALGORITHM_DEFAULT",
    "ENABLE_OPTIMIZED_CONFIG_REBUILD",
    "PILOT_ENABLE_CONFIG_DISTRIBUTION_TRACKING",
    "PILOT_ENABLE_DESTINATION_RULE_INHERITANCE",
    "PILOT_ENABLE_INBOUND_PASSTHROUGH",
    "PILOT_ENABLE_ISTIO_TAGS",
    "PILOT_ENABLE_LEGACY_AUTO_PASSTHROUGH",
    "PILOT_ENABLE_LEGACY_ISTIO_MUTUAL_CREDENTIAL_NAME",
    "PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_INBOUND",
    "PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_OUTBOUND",
    "PILOT_LEGACY_INGRESS_BEHAVIOR",
    "PILOT_PARTIAL_FULL_PUSHES",
    "VERIFY_CERTIFICATE_AT_CLIENT",
};

bool is_removed(std::string_view name) {
  return std::find(kRemoved.begin(), kRemoved.end(), name) != kRemoved.end();
}

void report(const yaml::Node& name, const std::optional<Edit>& removal, Diagnostics& out) {
  auto finding =
      out.report(kId, name.range, "Istio no longer reads \"{}\": it has no effect", name.scalar);
  finding.help("remove it; what it switched is now a field of a resource, or always on");
  if (removal) finding.fix({.title = "remove it", .safe = true, .edits = {*removal}});
}

// Every list of variables below a node: of a Deployment, of Helm values, of a proxy's settings.
void check_lists(const yaml::Node& node, Diagnostics& out) {
  for (const yaml::Node& item : node.items) check_lists(item, out);
  for (const yaml::Entry& entry : node.entries) {
    const yaml::Node& list = entry.value;
    if (entry.key.scalar != "env" && entry.key.scalar != "proxyMetadata") {
      check_lists(list, out);
      continue;
    }
    for (std::size_t i = 0; i < list.items.size(); ++i)
      if (const yaml::Node* name = list.items[i].find("name");
          name != nullptr && is_removed(name->scalar))
        report(*name, yaml::remove_item(list, i), out);
    for (const yaml::Entry& variable : list.entries)
      if (is_removed(variable.key.scalar))
        report(variable.key, yaml::remove_entry(list, variable.key.scalar), out);
  }
}

void check_one(const Context& /*in*/, const resource::Resource& resource, Diagnostics& out) {
  if (resource.node != nullptr) check_lists(*resource.node, out);
}

}  // namespace

const Rule kRemovedOption{
    .info = {.id = kId,
             .summary = "a variable of istiod that it no longer reads",
             .why = "It is set without effect, so that the old behaviour one counts on is gone.",
             .mend = "Remove it; use fields of DestinationRules or `compatibilityVersion`.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
