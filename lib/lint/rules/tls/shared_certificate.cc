// EGR0414 shared-certificate
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/lint/context.h"
#include "lib/lint/rules/tls/tls.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0414", "shared-certificate", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/common-problems/network-issues/"
    "#404-errors-occur-when-multiple-gateways-configured-with-same-tls-certificate",
    "istio/istio#13589", "envoyproxy/envoy#6767"};

using mesh::GatewayView;

// Equal for servers that show the same certificate; empty when it is not known which.
std::string certificate_of(const resource::ServerTls& tls) {
  if (!tls.credential_name->empty()) return "name " + *tls.credential_name;
  if (tls.server_certificate->empty() || tls.private_key->empty()) return {};
  return fmt::format("file {} {}", *tls.server_certificate, *tls.private_key);
}

// A server that shows a certificate.
struct Use {
  const GatewayView* gateway;
  const resource::Server* server;
};

using UsesByLabel = std::unordered_map<std::string, std::vector<Use>>;

// The uses of a certificate, by each label of their Gateways' selectors and, under "", all.
UsesByLabel by_label(const std::vector<Use>& uses) {
  UsesByLabel out;
  for (const Use& use : uses) {
    out[""].push_back(use);
    for (const auto& label : *use.gateway->gateway->selector)
      out[fmt::format("{}={}", label.name, *label.entry)].push_back(use);
  }
  return out;
}

// Another Gateway whose proxies are all among those of `gateway`.
const Use* find_other(const UsesByLabel& uses, const GatewayView& gateway) {
  const resource::TextMap& selector = gateway.gateway->selector;
  const std::vector<Use>* fewest = &uses.at("");
  for (const auto& label : *selector) {
    const auto& having = uses.at(fmt::format("{}={}", label.name, *label.entry));
    if (having.size() < fewest->size()) fewest = &having;
  }
  for (const Use& use : *fewest)
    if (use.gateway != &gateway && mesh::is_selected(selector, use.gateway->gateway->selector))
      return &use;
  return nullptr;
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_map<std::string, std::vector<Use>> certificates;
  for (const GatewayView& gateway : in.gateways().all())
    for (const auto& server : *gateway.gateway->servers)
      if (std::string certificate = certificate_of(*server->tls); !certificate.empty())
        certificates[std::move(certificate)].push_back({&gateway, &*server});
  std::unordered_map<std::string_view, UsesByLabel> shared;
  for (const auto& [certificate, uses] : certificates)
    if (uses.size() > 1) shared.emplace(certificate, by_label(uses));

  for (const GatewayView& gateway : in.gateways().all())
    for (const auto& server : *gateway.gateway->servers) {
      const auto uses = shared.find(certificate_of(*server->tls));
      if (uses == shared.end()) continue;
      const Use* other = find_other(uses->second, gateway);
      if (other == nullptr) continue;
      out.report(kId, gateway.resource->metadata.name.range,
                 "the proxies of the Gateway show one certificate for it and for \"{}\": a client "
                 "that reuses its HTTP/2 connection for hosts of the other gets \"404\"",
                 other->gateway->name)
          .related(server->tls.range, "the certificate here")
          .related(other->server->tls.range, "the same one there")
          .help("put the hosts into one server, or give each Gateway a certificate of its own")
          .alias("IST0138");
      break;
    }
}

}  // namespace

const Rule kSharedCertificate{
    .info = {.id = kId,
             .summary = "two Gateways of one proxy that show the same certificate",
             .why = "Clients use an HTTP/2 connection again for every host that its certificate "
                    "names. The connection belongs to the listener of the first Gateway's host, "
                    "which has no route for those of the second: `404 NR` or `421`, now and then.",
             .mend = "Have one server with all of the certificate's hosts, or one certificate a "
                     "Gateway.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
