// EGR0701 old-api-version
#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/lint/context.h"
#include "lib/lint/rules/versions/versions.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

using resource::Kind;

constexpr RuleId kId{"EGR0701", "old-api-version", Severity::Info};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/blog/2024/v1-apis/", "istio/istio#57521",
    "https://gateway-api.sigs.k8s.io/guides/api-design/#versioning"};

// Kinds that have a v1. EnvoyFilter has none; that of TLSRoute and ReferenceGrant came with Gateway
// API 1.5, which clusters need not have yet.
constexpr Kind kKinds[] = {Kind::ServiceEntry,
                           Kind::Gateway,
                           Kind::VirtualService,
                           Kind::DestinationRule,
                           Kind::Sidecar,
                           Kind::WorkloadEntry,
                           Kind::WorkloadGroup,
                           Kind::PeerAuthentication,
                           Kind::AuthorizationPolicy,
                           Kind::RequestAuthentication,
                           Kind::Telemetry,
                           Kind::KubernetesGateway,
                           Kind::HttpRoute,
                           Kind::GrpcRoute};

// The release whose CRDs serve the v1 of Istio's own kinds.
constexpr IstioVersion kIstioV1{22};

bool is_old(const resource::Resource& resource) {
  const std::string& version = resource.api_version.version;
  const resource::KindInfo* info = resource::find_kind(resource.kind);
  return (version.starts_with("v1alpha") || version.starts_with("v1beta")) && info != nullptr &&
         resource::serves(*info, version);
}

// One finding a file: who starts from an old example has the version in every resource.
void report(const std::vector<const resource::Resource*>& resources, Diagnostics& out) {
  const resource::Resource& first = *resources.front();
  const std::size_t others = resources.size() - 1;
  auto finding =
      out.report(kId, first.api_version.text.range, "{} has version v1 by now, this is {}{}",
                 *first.kind_name, first.api_version.version,
                 others == 0   ? std::string()
                 : others == 1 ? std::string("; one more resource of the file is as old")
                               : fmt::format("; {} more resources of the file are as old", others));
  finding.help(fmt::format("write {}/v1", first.api_version.group));
  Fix fix{.title = "use version v1", .safe = true, .edits = {}};
  for (const resource::Resource* resource : resources) {
    if (resource->api_version.text.node == nullptr) continue;
    const std::string right = resource->api_version.group + "/v1";
    if (auto edit = yaml::replace_string(*resource->api_version.text.node, right))
      fix.edits.push_back(std::move(*edit));
  }
  if (!fix.edits.empty()) finding.fix(std::move(fix));
}

void check(const Context& in, Diagnostics& out) {
  const std::optional<IstioVersion>& release = in.mesh().settings().istio_version;
  if (release && *release < kIstioV1) return;
  std::unordered_map<const Source*, std::vector<const resource::Resource*>> by_file;
  for (const Kind kind : kKinds)
    for (const resource::Resource* resource : in.mesh().all(kind))
      if (is_old(*resource)) by_file[resource->range.source].push_back(resource);
  for (auto& [source, resources] : by_file) {
    std::sort(resources.begin(), resources.end(),
              [](const auto* a, const auto* b) { return a->range.begin < b->range.begin; });
    report(resources, out);
  }
}

}  // namespace

const Rule kOldApiVersion{
    .info = {.id = kId,
             .summary = "a version of the API that v1 has replaced",
             .why = "It works: the API server converts it. New fields come to v1 first, and "
                    "releases to come may drop the old version, which kubectl then refuses.",
             .mend = "Write v1; the fields are the same.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
