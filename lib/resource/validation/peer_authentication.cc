#include "lib/resource/peer_authentication.h"

#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {

void check(Report& report, const PeerAuthentication& policy) {
  const auto& ports = policy.port_level_mtls;
  if (policy.selector->match_labels->empty() && !ports->empty())
    report
        .error(kInvalidPeerAuthentication, ports.key,
               "\"portLevelMtls\" is for single workloads, but the policy has no selector")
        .help("add \"selector.matchLabels\", or set \"mtls\" for all ports");
  if (ports.present() && ports->empty())
    report.error(kInvalidPeerAuthentication, ports.key, "\"portLevelMtls\" has no ports");
  for (const auto& [name, mode] : *ports) {
    if (is_port(decimal(name).value_or(0))) continue;
    report.error(kInvalidPort, mode.key, "\"{}\" is no port from 1 to 65535", name);
  }
  if (!policy.mtls.present() && !ports.present())
    report
        .own(kInvalidPeerAuthentication,
             policy.selector.present() ? policy.selector.key : report.spec().range,
             "the policy sets no mode, so that all stays as without it")
        .help("add \"mtls\" with mode STRICT, PERMISSIVE or DISABLE");
  check_selector(report, policy.selector);
}

}  // namespace egressctl::resource::validation
