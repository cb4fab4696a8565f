// EGR0407 upstream-not-verified
#include <algorithm>

#include "lib/lint/context.h"
#include "lib/lint/rules/tls/tls.h"
#include "lib/mesh/host_index.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0407", "upstream-not-verified", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/destination-rule/"
    "#ClientTLSSettings",
    "istio/istio#48225", "istio/istio#42790", "istio/api#1574"};
constexpr resource::Kind kReads[] = {resource::Kind::DestinationRule};

using TlsField = resource::Positioned<resource::ClientTls>;

// Since that release proxies trust the system's certificate authorities where no others are named.
constexpr IstioVersion kVerifiesByDefault{21};

bool is_external(const Context& in, std::string_view host) {
  const auto services = in.mesh().registry().covering(host);
  return std::any_of(services.begin(), services.end(),
                     [](const mesh::Service* service) { return service->is_external(); });
}

class Checker {
 public:
  Checker(const Context& in, const resource::Resource& resource, Diagnostics& out)
      : in_(in), resource_(resource), rule_(*resource.as<resource::DestinationRule>()), out_(out) {}

  void check() {
    check_policy(*rule_.traffic_policy, true);
    for (const auto& subset : *rule_.subsets) check_policy(*subset->traffic_policy, false);
  }

 private:
  // `alias`: whether it is one of the policies that `istioctl analyze` looks at.
  void check_policy(const resource::TrafficPolicy& policy, bool alias) {
    check_tls(policy.tls, alias ? "IST0128" : "");
    for (const auto& port : *policy.port_level_settings)
      check_tls(port->tls, alias ? "IST0129" : "");
  }

  void check_tls(const TlsField& tls, std::string_view alias) {
    using resource::ClientTlsMode;
    if (*tls->mode != ClientTlsMode::Simple && *tls->mode != ClientTlsMode::Mutual) return;
    if (*tls->insecure_skip_verify) return report_skipped(tls, alias);
    const bool named = !tls->credential_name->empty() && rule_.workload_selector.present();
    if (!tls->ca_certificates->empty() || named) return;
    report_unnamed(tls, alias);
  }

  void report_skipped(const TlsField& tls, std::string_view alias) {
    auto finding = out_.report(kId, tls->insecure_skip_verify.range,
                               "the certificate of \"{}\" is not verified: anyone on the way can "
                               "take its place",
                               *rule_.host);
    finding.help(
        "remove \"insecureSkipVerify\"; name the authority in \"caCertificates\" if it is "
        "none of the system's");
    if (!alias.empty() && tls->ca_certificates->empty()) finding.alias(std::string(alias));
    if (const auto edit = yaml::remove_entry(*tls.node, "insecureSkipVerify"))
      finding.fix({.title = "verify the certificate", .safe = false, .edits = {*edit}});
  }

  void report_unnamed(const TlsField& tls, std::string_view alias) {
    const auto version = in_.mesh().settings().istio_version;
    const bool unverified = version && *version < kVerifiesByDefault;
    // Names of the internet have certificates that the system's authorities vouch for.
    const std::string host = mesh::resolve_short_name(
        *rule_.host, in_.mesh().namespace_of(resource_), in_.mesh().settings().cluster_domain);
    if (!unverified && (alias.empty() || is_external(in_, host))) return;
    const SourceRange where = tls.key.known() ? tls.key : tls.range;
    auto finding =
        unverified
            ? out_.report(kId, where,
                          "the certificate of \"{}\" is not verified: Istio {} does so only with "
                          "\"caCertificates\"",
                          *rule_.host, to_string(*version))
            : out_.report(kId, where,
                          "the certificate of \"{}\" is compared with the system's authorities "
                          "alone: \"caCertificates\" is not set",
                          *rule_.host);
    if (!unverified) finding.severity(Severity::Info);
    finding.help("set \"caCertificates\" to the file of the authority that signed it");
    if (!alias.empty()) finding.alias(std::string(alias));
  }

  const Context& in_;
  const resource::Resource& resource_;
  const resource::DestinationRule& rule_;
  Diagnostics& out_;
};

void check_one(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  Checker(in, resource, out).check();
}

}  // namespace

const Rule kUpstreamNotVerified{
    .info = {.id = kId,
             .summary = "TLS to a destination whose certificate is not verified",
             .why = "The connection is encrypted, but with whom is not known: who can answer in "
                    "the destination's place reads all of it.",
             .mend = "Remove `insecureSkipVerify`, and set `caCertificates` where the system's "
                     "authorities are not the right ones.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
