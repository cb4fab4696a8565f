// EGR0214 server-port
#include "lib/lint/context.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/references/references.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0214", "server-port", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/gateway/#Port", "istio/istio#55326",
    "istio/istio#19408", "istio/istio#34324"};

// Whether clients get to the number all the same: as the pods' port behind some port of a Service.
bool is_pod_port(const mesh::GatewayView& gateway, std::int64_t number) {
  for (const mesh::Service* service : gateway.services)
    for (const mesh::ServicePort& port : service->ports)
      if (port.target == number) return true;
  return false;
}

// The port that the server may have meant: the only one of the Service for HTTP, or for all else;
// 0 when that does not tell. Port 15021 is for health checks.
std::int64_t meant_port(const mesh::GatewayView& gateway, const resource::Server& server) {
  constexpr std::int64_t kHealth = 15021;
  std::int64_t out = 0;
  for (const mesh::ServicePort& port : gateway.services.front()->ports) {
    if (port.number == kHealth ||
        resource::is_http(port.protocol) != resource::is_http(*server.port->protocol))
      continue;
    if (out != 0) return 0;
    out = port.number;
  }
  return out;
}

void check(const Context& in, Diagnostics& out) {
  for (const mesh::GatewayView& gateway : in.gateways().all()) {
    if (gateway.services.empty()) continue;
    for (const auto& server : *gateway.gateway->servers) {
      const resource::Number& number = server->port->number;
      if (!number.present() || gateway.has_service_port(*number) || is_pod_port(gateway, *number))
        continue;
      auto finding = out.report(
          kId, number.range, "no Service in front of the gateway leads to port {}: \"{}\" has {}",
          *number, gateway.services.front()->host, ports_of(*gateway.services.front()));
      finding.alias("IST0162")
          .related(gateway.services.front()->range, "the Service is here")
          .help("add the port to the Service, or write the number of one that it has");
      // Clients may get to an ingress gateway on other ways.
      if (!gateway.egress) finding.severity(Severity::Warning);
      const std::int64_t meant = meant_port(gateway, *server);
      if (meant == 0) continue;
      if (const auto edit = yaml::replace_raw(*number.node, std::to_string(meant)))
        finding.fix({.title = fmt::format("listen on port {} of the Service", meant),
                     .safe = false,
                     .edits = {*edit}});
    }
  }
}

}  // namespace

const Rule kServerPort{
    .info = {.id = kId,
             .summary = "a Gateway's server on a port that its Service does not have",
             .why = "Clients reach the gateway through its Service; on a port that it lacks they "
                    "can't (`UF`, or a time-out).",
             .mend = "Write the Service's port, or add this one to the Service.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
