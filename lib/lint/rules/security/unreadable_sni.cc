// EGR0520 unreadable-sni
#include <algorithm>

#include "lib/base/text.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/security/gateway_listeners.h"
#include "lib/lint/rules/security/security.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0520", "unreadable-sni", Severity::Info};
constexpr std::string_view kReferences[] = {
    "https://datatracker.ietf.org/doc/draft-ietf-tls-esni/"};

// Public names behind which providers hide the real one (Encrypted Client Hello).
constexpr std::string_view kFronts[] = {"cloudflare-ech.com", "*.cloudflare-ech.com"};

void check_front(const resource::Text& host, Diagnostics& out) {
  if (std::find(std::begin(kFronts), std::end(kFronts), to_lower(*host)) == std::end(kFronts))
    return;
  out.report(kId, host.range,
             "\"{}\" is what clients show that encrypt the real name: every site behind it is "
             "allowed with it",
             *host)
      .help("leave it out, and strip ECH keys from the HTTPS records that DNS answers");
}

void check(const Context& in, Diagnostics& out) {
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::ServiceEntry))
    for (const resource::Text& host : *resource->as<resource::ServiceEntry>()->hosts)
      check_front(host, out);
  for (const mesh::GatewayView& view : in.gateways().all()) {
    if (!view.egress) continue;
    for (const auto& server : *view.gateway->servers) {
      const ServerTraits traits = traits_of(*server);
      for (const resource::Text& host : *server->hosts) {
        check_front(host, out);
        // With mTLS the mesh itself sets the SNI that is read here.
        if (*host != "*" || !traits.sni || traits.http || traits.identity) continue;
        out.report(kId, host.range,
                   "the server takes connections without SNI, or with a false one, as well: who "
                   "they are for is not known")
            .help("list the hosts");
      }
    }
  }
}

}  // namespace

const Rule kUnreadableSni{
    .info = {.id = kId,
             .summary = "TLS whose real name the gateway can't read",
             .why =
                 "A client with Encrypted Client Hello shows the provider's name, one that dials "
                 "an address shows none. Lists of the real hosts either refuse or miss them.",
             .mend = "List hosts, so that connections without SNI are refused, and keep ECH keys "
                     "out of DNS answers.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
