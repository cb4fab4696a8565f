#include "lib/spec/ports.h"

#include <array>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "lib/spec/rules.h"

namespace egressctl::spec {
namespace {

constexpr int kHttpPort = 80;

void report_http_port(const Located<int>& port, const Located<Via>& via, const std::string& path,
                      Diagnostics& diagnostics) {
  diagnostics
      .report(kPlainHttpPort, port.range,
              "port 80 carries plain HTTP in a mesh; via: {} needs TLS, which names the host",
              to_string(*via))
      .related(via.range, fmt::format("via is {} here", to_string(*via)))
      .field(path)
      .help("use via: originate for clients that speak plain HTTP, or the hosts' TLS port");
}

void report_second_port(const Located<int>& port, const Located<int>& first,
                        const Located<Via>& via, const std::string& path,
                        Diagnostics& diagnostics) {
  diagnostics
      .report(kOriginateWithSeveralPorts, port.range,
              "via: originate takes one port; {} is there besides {}", *port, *first)
      .related(via.range, "via is originate here")
      .field(path)
      .help("keep the port that the gateway shall speak TLS to; clients all speak HTTP to port 80");
}

}  // namespace

std::optional<std::string_view> istio_use_of(int port) {
  static constexpr std::array<std::pair<int, std::string_view>, 10> kUses = {{
      {15000, "Envoy's admin interface"},
      {15001, "outbound traffic of every sidecar"},
      {15004, "the proxy's debug interface"},
      {15006, "inbound traffic of every sidecar"},
      {15008, "HBONE tunnels"},
      {15009, "HBONE tunnels on secure networks"},
      {15020, "merged metrics and the agent's health"},
      {15021, "health checks"},
      {15053, "the sidecar's DNS proxy"},
      {15090, "Envoy's metrics"},
  }};
  for (const auto& [taken, use] : kUses)
    if (taken == port) return use;
  return std::nullopt;
}

bool check_not_istio(const Located<int>& port, const std::string& path, Diagnostics& diagnostics) {
  const auto use = istio_use_of(*port);
  if (!use) return true;
  diagnostics
      .report(kIstioPort, port.range, "port {} is Istio's own, for {}; nothing else can have it",
              *port, *use)
      .field(path)
      .help("use a port outside 15000 to 15090");
  return false;
}

void check_ports(const std::vector<Located<int>>& ports, const Located<Via>& via,
                 const std::string& path, Diagnostics& diagnostics) {
  const bool via_known = via.range.known();
  const bool originate = via_known && *via == Via::Originate;
  std::unordered_map<int, SourceRange> seen;
  for (const Located<int>& port : ports) {
    const auto [at, fresh] = seen.try_emplace(*port, port.range);
    if (!fresh) {
      diagnostics.report(kDuplicatePort, port.range, "port {} is listed twice", *port)
          .related(at->second, "first listed here")
          .field(path)
          .help("remove one of them");
      continue;
    }
    (void)check_not_istio(port, path, diagnostics);
    if (*port == kHttpPort && via_known && !originate)
      report_http_port(port, via, path, diagnostics);
    if (originate && seen.size() > 1)
      report_second_port(port, ports.front(), via, path, diagnostics);
  }
}

}  // namespace egressctl::spec
