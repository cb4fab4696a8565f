// EGR0914 listener-without-tls
#include "lib/lint/context.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0914", "listener-without-tls", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://gateway-api.sigs.k8s.io/reference/spec/#listener"};
constexpr resource::Kind kReads[] = {resource::Kind::KubernetesGateway};

void check_one(const Context&, const resource::Resource& resource, Diagnostics& out) {
  for (const auto& listener : *resource.as<resource::KubernetesGateway>()->listeners) {
    const std::string& protocol = *listener->protocol;
    if (listener->tls.present() || (protocol != "TLS" && protocol != "HTTPS")) continue;
    auto finding = out.report(
        kId, listener->protocol.range, "listener \"{}\" is for {}, but has no \"tls\": {}",
        *listener->name, protocol,
        protocol == "TLS" ? "the API server refuses the Gateway" : "istiod opens no port for it");
    finding.help(protocol == "TLS"
                     ? "add \"tls: {mode: Passthrough}\", or Terminate with \"certificateRefs\""
                     : "add \"tls\" with \"certificateRefs\", or with the option "
                       "gateway.istio.io/tls-terminate-mode: ISTIO_MUTUAL");
  }
}

}  // namespace

const Rule kListenerWithoutTls{
    .info = {.id = kId,
             .summary = "a listener for TLS or HTTPS without `tls`",
             .why = "The API server refuses a TLS listener without it. One for HTTPS it takes, and "
                    "istiod leaves it out: the gateway does not listen, and says so nowhere.",
             .mend = "Add `tls`, with the mode Passthrough, or with certificates.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
