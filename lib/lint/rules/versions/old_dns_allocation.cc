// EGR0703 old-dns-allocation
#include "lib/lint/context.h"
#include "lib/lint/rules/versions/versions.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/node.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0703", "old-dns-allocation", Severity::Info};
constexpr std::string_view kVariable = "ISTIO_META_DNS_AUTO_ALLOCATE";
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/",
    "istio/istio#53596"};

// istiod allocates addresses itself by default since this release.
//
// Source: istio/istio releasenotes, ip-allocation-v2-default.
constexpr IstioVersion kDefault{25};

constexpr std::string_view kMetadata = "proxyMetadata";

Diagnostics::Builder report(SourceRange range, Diagnostics& out) {
  return out
      .report(kId, range,
              "\"{}\" is of the proxies' own allocation of addresses, which istiod's has replaced",
              kVariable)
      .help("remove it and keep ISTIO_META_DNS_CAPTURE");
}

// Every `proxyMetadata` below a node: of a ProxyConfig in MeshConfig or in Helm values.
void check_below(const yaml::Node& node, Diagnostics& out) {
  for (const yaml::Node& item : node.items) check_below(item, out);
  for (const yaml::Entry& entry : node.entries) {
    if (entry.key.scalar != kMetadata) {
      check_below(entry.value, out);
      continue;
    }
    const yaml::Entry* found = entry.value.find_entry(kVariable);
    if (found == nullptr) continue;
    auto finding = report(found->key.range, out);
    // Inside of a quoted string the keys have no place of their own.
    if (found->key.range.text() != kVariable) continue;
    if (const auto edit = yaml::remove_entry(entry.value, kVariable))
      finding.fix({.title = "remove the old switch", .safe = true, .edits = {*edit}});
  }
}

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  if (mesh.settings().istio_version && *mesh.settings().istio_version < kDefault) return;
  for (const resource::Kind kind : {resource::Kind::IstioOperator, resource::Kind::MeshConfig})
    for (const resource::Resource* resource : mesh.all(kind)) check_below(*resource->node, out);
  for (const resource::Resource* map : mesh.all(resource::Kind::ConfigMap))
    if (const resource::MeshConfig* config = map->mesh_config())
      if (config->default_config.node != nullptr) check_below(*config->default_config.node, out);
  for (const mesh::Workload& pod : mesh.workloads().all()) {
    const resource::Text* config =
        pod.annotations != nullptr ? (*pod.annotations)->find("proxy.istio.io/config") : nullptr;
    if (config != nullptr && config->value.find(kVariable) != std::string::npos)
      report(config->range, out);
  }
}

}  // namespace

const Rule kOldDnsAllocation{
    .info = {.id = kId,
             .summary = "the switch of the old allocation of addresses for ServiceEntries",
             .why = "Since Istio 1.25 istiod gives each ServiceEntry an address of its own and "
                    "writes it into the status; the old switch does the same a second time, in "
                    "each proxy, with addresses that differ between them.",
             .mend = "Remove the variable; `ISTIO_META_DNS_CAPTURE` is still needed.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
