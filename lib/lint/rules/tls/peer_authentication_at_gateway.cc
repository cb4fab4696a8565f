// EGR0411 peer-authentication-at-gateway
#include <algorithm>

#include "lib/lint/rules/security/gateway_listeners.h"
#include "lib/lint/rules/tls/tls.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0411", "peer-authentication-at-gateway", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/security/peer_authentication/",
    "istio/istio#48955"};

using resource::MutualTlsMode;

// Whether all workloads that it binds are gateways.
bool is_for_gateways(const Context& in, std::string_view name_space,
                     const resource::TextMap& selector) {
  const bool everywhere = name_space == in.mesh().settings().root_namespace;
  const auto pods = in.mesh().workloads().select(everywhere ? "" : name_space, selector);
  return std::all_of(pods.begin(), pods.end(), [&](const mesh::Workload* pod) {
    return pod->is_gateway_proxy() || !in.gateways().at(*pod).empty();
  });
}

// A server of the gateways whose clients show no certificate, or nullptr.
const resource::Server* open_server(const std::vector<const GatewayListeners*>& gateways) {
  for (const GatewayListeners* gateway : gateways)
    if (const auto* server =
            gateway->at({}, {}).find([](const ServerTraits& traits) { return !traits.identity; }))
      return server;
  return nullptr;
}

void check(const Context& in, Diagnostics& out) {
  const auto& all = in.mesh().all(resource::Kind::PeerAuthentication);
  if (all.empty()) return;
  const GatewayListenerIndex index(in);
  for (const resource::Resource* resource : all) {
    const auto& policy = *resource->as<resource::PeerAuthentication>();
    const resource::TextMap& selector = policy.selector->match_labels;
    const MutualTlsMode mode = *policy.mtls->mode;
    if (selector->empty() || (mode != MutualTlsMode::Strict && mode != MutualTlsMode::Disable))
      continue;
    const std::string_view name_space = in.mesh().namespace_of(*resource);
    const auto gateways = index.bound(name_space, selector);
    if (gateways.empty() || !is_for_gateways(in, name_space, selector)) continue;
    const resource::Server* open = open_server(gateways);
    // A gateway all of whose servers ask for certificates does what STRICT says anyway.
    if (mode == MutualTlsMode::Strict && open == nullptr) continue;
    auto finding =
        out.report(kId, policy.selector.range,
                   "the Gateway's servers decide what a gateway asks of its clients, not a "
                   "PeerAuthentication: {}",
                   mode == MutualTlsMode::Strict ? "this gateway has a server that takes everybody"
                                                 : "\"DISABLE\" switches nothing off there");
    finding.related(policy.mtls->mode.range, "what is asked for");
    if (open != nullptr)
      finding.related(open->tls.present() ? open->tls.range : open->port.range, "the server");
    finding.help("set \"tls.mode: ISTIO_MUTUAL\" in the Gateway's servers, and remove this");
  }
}

}  // namespace

const Rule kPeerAuthenticationAtGateway{
    .info = {.id = kId,
             .summary = "a PeerAuthentication for a gateway, whose servers it does not govern",
             .why = "istiod makes a gateway's listeners of its Gateways alone. With STRICT, "
                    "servers for plain HTTP or with PASSTHROUGH or SIMPLE still take anybody; "
                    "DISABLE leaves ISTIO_MUTUAL on, and makes clients with auto mTLS send plain "
                    "text to it.",
             .mend = "Set `ISTIO_MUTUAL` in the Gateway's servers.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
