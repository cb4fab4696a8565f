// EGR0312 host-on-two-servers
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "lib/lint/rules/routing/pod_servers.h"
#include "lib/lint/rules/routing/routing.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0312", "host-on-two-servers", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/analysis/ist0145/", "istio/istio#45883",
    "istio/istio.io#8214"};

// A host as istiod compares it: "./x" is of the Gateway's own namespace, "*/x" of every one.
std::string name_of(const resource::Text& host, const mesh::GatewayView& gateway) {
  if (host->starts_with("./")) return fmt::format("{}{}", gateway.name_space, host->substr(1));
  return host->starts_with("*/") ? host->substr(2) : *host;
}

void check(const Context& in, Diagnostics& out) {
  struct Owner {
    const PodServer* server;
    const resource::Text* host;
  };
  std::unordered_set<const Server*> told;
  for_each_pod(in, [&](const std::vector<PodServer>& servers) {
    std::unordered_map<std::string, Owner> owners;  // "port bind host"
    for (const PodServer& server : servers) {
      if (!server.has_tls()) continue;
      for (const resource::Text& host : *(*server.server)->hosts) {
        const std::string key = fmt::format("{} {} {}", server.port, *(*server.server)->bind,
                                            name_of(host, *server.gateway));
        const auto [known, added] = owners.try_emplace(key, Owner{&server, &host});
        const Owner& first = known->second;
        if (added || first.server == &server || !told.insert(server.server).second) continue;
        out.report(kId, host.range,
                   "gateway \"{}\" has a server for \"{}\" on port {} of the same pods: istiod "
                   "leaves this one out, with all its hosts",
                   first.server->gateway->name, *host, server.port)
            .related(first.host->range, "the server that counts")
            .help("put the hosts into one server, or give this one hosts of its own")
            .alias("IST0145");
      }
    }
  });
}

}  // namespace

const Rule kHostOnTwoServers{
    .info = {.id = kId,
             .summary = "two servers of the same pods and port for one TLS host",
             .why = "istiod skips the newer server and says so in its own log alone (`skipping "
                    "server on gateway ..., duplicate host names`). The routes of all "
                    "VirtualServices that are bound to it are dead. It happens when each team "
                    "copies the documentation's Gateway.",
             .mend = "Keep one Gateway for the host and bind the VirtualServices to it.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
