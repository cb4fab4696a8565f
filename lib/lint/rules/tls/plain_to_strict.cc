// EGR0412 plain-to-strict
#include <algorithm>
#include <unordered_set>

#include "lib/lint/rules/tls/client_tls.h"
#include "lib/lint/rules/tls/tls.h"
#include "lib/mesh/injection.h"
#include "lib/topology/authentication.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0412", "plain-to-strict", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/common-problems/network-issues/"
    "#503-errors-after-setting-destination-rule",
    "https://istio.io/latest/docs/reference/config/security/peer_authentication/"};

using resource::ClientTlsMode;
using resource::MutualTlsMode;

class Check {
 public:
  Check(const Context& in, Diagnostics& out) : in_(in), out_(out), modes_(in.mesh()) {}

  void run() {
    for (const mesh::Rule& rule : in_.mesh().rules().all())
      for (const mesh::Service* service : in_.mesh().registry().named(rule.host))
        if (service->kubernetes != nullptr && !service->kubernetes->selector->empty())
          check_rule(rule, *service);
  }

 private:
  void check_rule(const mesh::Rule& rule, const mesh::Service& service) {
    bool sends_none = false;
    for_each_client_tls(
        *rule.rule, [&](const ClientTls& tls) { sends_none = sends_none || makes_no_mtls(tls); });
    if (!sends_none) return;
    const auto pods =
        in_.mesh().workloads().select(service.name_space, service.kubernetes->selector);
    for (const mesh::Workload* pod : pods) {
      if (pod->is_gateway_proxy() || !in_.gateways().at(*pod).empty()) continue;
      const topology::PeerMode mode = modes_.of_proxy(topology::proxy_of(in_.mesh(), *pod));
      if (!has_sidecar(*pod, mode)) continue;
      for (const mesh::ServicePort& port : service.ports) check_port(rule, *pod, mode, port);
    }
  }

  static bool makes_no_mtls(const ClientTls& tls) {
    return tls->mode.present() &&
           (*tls->mode == ClientTlsMode::Disable || *tls->mode == ClientTlsMode::Simple);
  }

  // A policy in the pods' own namespace shows that they are in the mesh; one of the mesh does not.
  [[nodiscard]] bool has_sidecar(const mesh::Workload& pod, const topology::PeerMode& mode) const {
    if (mesh::no_sidecar(in_.mesh(), pod)) return false;
    const resource::Text* word = mesh::injection_word(pod);
    if ((word != nullptr && **word == "true") ||
        mesh::injection_of(in_.mesh(), pod.name_space) == mesh::Injection::Sidecar)
      return true;
    return std::any_of(mode.causes.begin(), mode.causes.end(), [&](const topology::Cause& cause) {
      return in_.mesh().namespace_of(*cause.resource) == pod.name_space;
    });
  }

  void check_port(const mesh::Rule& rule, const mesh::Workload& pod, const topology::PeerMode& mode,
                  const mesh::ServicePort& port) {
    const std::int64_t target = port.target != 0 ? port.target : port.number;
    if (mode.at(static_cast<std::uint32_t>(target)) != MutualTlsMode::Strict) return;
    const auto check = [&](const ClientTls* tls) {
      if (tls != nullptr && makes_no_mtls(*tls) && told_.insert(tls).second)
        report(rule, *tls, pod, mode, port);
    };
    check(client_tls(*rule.rule->traffic_policy, port.number));
    for (const auto& subset : *rule.rule->subsets)
      check(client_tls(*subset->traffic_policy, port.number));
  }

  void report(const mesh::Rule& rule, const ClientTls& tls, const mesh::Workload& pod,
              const topology::PeerMode& mode, const mesh::ServicePort& port) {
    auto finding = out_.report(kId, tls->mode.range,
                               "sidecars use \"{}\" to port {} of \"{}\", whose pods take the "
                               "mesh's mTLS alone",
                               tls->mode.text(), port.number, rule.host);
    for (const topology::Cause& cause : mode.causes)
      finding.related(cause.range, "where STRICT is set");
    finding.related(pod.resource->metadata.name.range, "the pods")
        .help(
            "set \"mode: ISTIO_MUTUAL\" or leave \"tls\" out, or let the port be PERMISSIVE in a "
            "PeerAuthentication for these pods");
  }

  const Context& in_;
  Diagnostics& out_;
  topology::PeerModes modes_;
  std::unordered_set<const ClientTls*> told_;
};

void check(const Context& in, Diagnostics& out) {
  if (!in.mesh().all(resource::Kind::PeerAuthentication).empty()) Check(in, out).run();
}

}  // namespace

const Rule kPlainToStrict{
    .info = {.id = kId,
             .summary = "no mTLS to pods that insist on it",
             .why = "A DestinationRule with DISABLE or SIMPLE switches the mesh's mTLS off for "
                    "clients, and the pods' sidecar refuses all else: `503 UC`, connection reset, "
                    "and `first record does not look like a TLS handshake` in logs. It hits SNI "
                    "proxies and forward proxies with a sidecar of their own.",
             .mend = "Use ISTIO_MUTUAL, or a PeerAuthentication with PERMISSIVE for the port.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
