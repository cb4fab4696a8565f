// EGR0701 old-api-version
#include <algorithm>

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
constexpr Kind kReads[] = {Kind::ServiceEntry,
                           Kind::Gateway,
                           Kind::VirtualService,
                           Kind::DestinationRule,
                           Kind::Sidecar,
                           Kind::WorkloadEntry,
                           Kind::PeerAuthentication,
                           Kind::AuthorizationPolicy,
                           Kind::Telemetry,
                           Kind::KubernetesGateway,
                           Kind::HttpRoute,
                           Kind::GrpcRoute};

// The release whose CRDs serve the v1 of Istio's own kinds.
constexpr IstioVersion kIstioV1{22};

bool is_old(std::string_view version) {
  return version.starts_with("v1alpha") || version.starts_with("v1beta");
}

void check(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const resource::ApiVersion& written = resource.api_version;
  const resource::KindInfo* info = resource::find_kind(resource.kind);
  if (!is_old(written.version) || info == nullptr || !resource::serves(*info, written.version))
    return;
  const std::optional<IstioVersion>& release = in.mesh().settings().istio_version;
  if (release && *release < kIstioV1) return;
  auto finding = out.report(kId, written.text.range, "{} has version v1 by now, this is {}",
                            *resource.kind_name, written.version);
  const std::string right = written.group + "/v1";
  finding.help(fmt::format("write {}", right));
  if (written.text.node == nullptr) return;
  if (const auto edit = yaml::replace_string(*written.text.node, right))
    finding.fix({.title = "use version v1", .safe = true, .edits = {*edit}});
}

}  // namespace

const Rule kOldApiVersion{
    .info = {.id = kId,
             .summary = "a version of the API that v1 has replaced",
             .why = "It works: the API server converts it. New fields come to v1 first, and "
                    "releases to come may drop the old version, which kubectl then refuses.",
             .mend = "Write v1; the fields are the same.",
             .references = kReferences},
    .check_one = check,
    .reads = kReads};

}  // namespace egressctl::lint::rules
