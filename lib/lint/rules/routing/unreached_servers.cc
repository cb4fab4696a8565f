#include "lib/lint/rules/routing/unreached_servers.h"

#include <algorithm>
#include <vector>

#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

// The ports of a Service that only routes know of are those that they name.
bool is_reached(const mesh::GatewayView& gateway, std::int64_t port) {
  return gateway.has_service_port(port) || !gateway.presumed.empty();
}

}  // namespace

UnreachedServers::UnreachedServers(const Context& in) {
  for (const mesh::GatewayView& gateway : in.gateways().all())
    for (const auto& server : *gateway.gateway->servers)
      if (!is_reached(gateway, *server->port->number))
        for (const resource::Text& host : *server->hosts) {
          const std::string_view text = *host;
          hosts_.insert(
              text.substr(text.find('/') == std::string_view::npos ? 0 : text.find('/') + 1));
        }
}

bool UnreachedServers::take(std::string_view host) const {
  if (hosts_.empty()) return false;
  const std::vector<std::string> patterns = mesh::covering_patterns(host);
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return hosts_.contains(pattern); });
}

}  // namespace egressctl::lint::rules
