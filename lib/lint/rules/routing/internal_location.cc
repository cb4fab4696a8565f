// EGR0322 internal-location
#include <algorithm>
#include <array>

#include "lib/lint/context.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/mesh/gateways.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0322", "internal-location", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/service-entry/"
    "#ServiceEntry-Location",
    "istio/istio#16531"};
constexpr resource::Kind kReads[] = {resource::Kind::ServiceEntry};

// Domains that are never of the internet: RFC 6761 and 6762, ICANN's "internal", and what
// installations use for names of their own.
constexpr std::array<std::string_view, 12> kPrivate = {
    ".local", ".internal", ".lan",  ".corp", ".intranet", ".home",
    ".mesh",  ".global",   ".test", ".svc",  ".consul",   ".private"};

bool is_private(std::string_view host) {
  return host.find('.') == std::string_view::npos ||
         std::any_of(kPrivate.begin(), kPrivate.end(),
                     [&](std::string_view domain) { return host.ends_with(domain); });
}

// Whether the entry says that the far end has an identity in the mesh.
bool has_identity(const resource::ServiceEntry& entry) {
  return entry.workload_selector.present() || !entry.subject_alt_names->empty() ||
         std::any_of(entry.endpoints->begin(), entry.endpoints->end(), [](const auto& endpoint) {
           return !endpoint->service_account->empty() || !endpoint->labels->empty() ||
                  !endpoint->network->empty();
         });
}

void check_entry(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto& entry = *resource.as<resource::ServiceEntry>();
  const resource::Resolution resolution = *entry.resolution;
  if (*entry.location != resource::Location::MeshInternal || has_identity(entry) ||
      (resolution != resource::Resolution::Dns &&
       resolution != resource::Resolution::DnsRoundRobin))
    return;
  const std::string cluster = "." + in.mesh().settings().cluster_domain;
  const auto host = std::find_if(
      entry.hosts->begin(), entry.hosts->end(),
      [&](const resource::Text& text) { return !is_private(*text) && !text->ends_with(cluster); });
  if (host == entry.hosts->end()) return;
  auto finding = out.report(kId, entry.location.range,
                            "\"{}\" is resolved by DNS and has no identity of the mesh, but is "
                            "said to be inside of it",
                            **host);
  finding.related(host->range, "the host").help("write MESH_EXTERNAL, or leave the field out");
  if (entry.location.node == nullptr) return;
  if (const auto edit = yaml::replace_string(*entry.location.node, "MESH_EXTERNAL"))
    finding.fix({.title = "say that it is outside", .safe = false, .edits = {*edit}});
}

}  // namespace

const Rule kInternalLocation{
    .info = {.id = kId,
             .summary = "a host of the internet that is said to be inside of the mesh",
             .why = "Proxies expect a sidecar at the other end: they may use the mesh's mTLS with "
                    "it, and telemetry counts it as one of the mesh's services. Egress rules that "
                    "look for external hosts pass it over.",
             .mend = "Set `location: MESH_EXTERNAL`.",
             .references = kReferences},
    .check_one = check_entry,
    .reads = kReads};

}  // namespace egressctl::lint::rules
