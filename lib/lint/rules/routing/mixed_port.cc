// EGR0313 mixed-port
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "lib/lint/rules/routing/pod_servers.h"
#include "lib/lint/rules/routing/routing.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0313", "mixed-port", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/gateway/#Port", "istio/istio#37348",
    "istio/istio#23740"};

// Whether istiod puts `server` beside an older one on the same port and address.
bool fits(const PodServer& first, const PodServer& server) {
  if (first.is_tls_server()) return server.is_tls_server() || is_before(first, server);
  const resource::Protocol own = *(*server.server)->port->protocol;
  const resource::Protocol older = *(*first.server)->port->protocol;
  // Two plain TCP servers are the same chain twice; that is another matter.
  return !server.is_tls_server() &&
         ((resource::is_http(own) && resource::is_http(older)) || own == older);
}

void report(const PodServer& first, const PodServer& server, Diagnostics& out) {
  const auto& own = (*server.server)->port->protocol;
  const auto& older = (*first.server)->port->protocol;
  auto finding =
      out.report(kId, own.present() ? own.range : (*server.server)->port.range,
                 "port {} of the same pods is {} by gateway \"{}\": istiod leaves this {} server "
                 "out{}",
                 server.port, older.text(), first.gateway->written_name, own.text(),
                 is_before(first, server) ? "" : ", or that one, whichever is the newer");
  finding.related(older.present() ? older.range : first.server->range, "the other server")
      .help("give one of them another port, and the gateway's Service that port, too");
  if (!has_routes(server) && !has_routes(first)) finding.severity(Severity::Warning);
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const Server*> told;
  for_each_pod(in, [&](const std::vector<PodServer>& servers) {
    std::unordered_map<std::string, const PodServer*> first;  // "port bind"
    for (const PodServer& server : servers) {
      const auto [known, added] =
          first.try_emplace(fmt::format("{} {}", server.port, *(*server.server)->bind), &server);
      if (!added && !fits(*known->second, server) && told.insert(server.server).second)
        report(*known->second, server, out);
    }
  });
}

}  // namespace

const Rule kMixedPort{
    .info = {.id = kId,
             .summary = "servers for plain text and for TLS, or for HTTP and TCP, on one port",
             .why = "One listener is one or the other. istiod leaves out the newer server "
                    "(`pilot_total_rejected_configs`): its hosts get the other one's chains, or a "
                    "reset.",
             .mend = "Give the servers different ports.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
