// EGR0706 too-new
#include "lib/lint/context.h"
#include "lib/lint/rules/versions/versions.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0706", "too-new", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#61831", "istio/istio#52752"};

// The releases of Istio that brought things.
//
// Source: istio/istio releasenotes: se-wildcard-host-sidecar, allow-any-dynamic-dns, 60139.
constexpr IstioVersion kDynamicDns{30};
constexpr IstioVersion kSidecarExclusion{30};

class Checker {
 public:
  Checker(IstioVersion version, Diagnostics& out) : version_(version), out_(out) {}

  void need(IstioVersion since, SourceRange range, std::string_view what) {
    if (version_ >= since) return;
    out_.report(kId, range, "{} came with Istio {}, the manifests must run on {}", what,
                to_string(since), to_string(version_))
        .help("raise the version, or do without it");
  }

 private:
  IstioVersion version_;
  Diagnostics& out_;
};

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  if (!mesh.settings().istio_version) return;
  Checker checker(*mesh.settings().istio_version, out);
  for (const resource::Resource* entry : mesh.all(resource::Kind::ServiceEntry)) {
    const auto& resolution = entry->as<resource::ServiceEntry>()->resolution;
    if (*resolution == resource::Resolution::DynamicDns)
      checker.need(kDynamicDns, resolution.range, "resolution DYNAMIC_DNS for sidecars");
  }
  for (const resource::Resource* sidecar : mesh.all(resource::Kind::Sidecar))
    for (const auto& egress : *sidecar->as<resource::Sidecar>()->egress)
      for (const resource::Text& host : *egress->hosts)
        if (host->starts_with("~") && host->size() > 2 && (*host)[1] != '/')
          checker.need(kSidecarExclusion, host.range, "leaving hosts out with \"~namespace/host\"");
}

}  // namespace

const Rule kTooNew{
    .info = {.id = kId,
             .summary = "something that is newer than the release the manifests must run on",
             .why = "The older release refuses the field or ignores it.",
             .mend = "Raise the version, or use what the release has.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
