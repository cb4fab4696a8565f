// EGR0206 unknown-port
#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/references/references.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0206", "unknown-port", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination",
    "istio/istio#34324", "istio/istio#55326", "istio/istio#19408"};

void report(const mesh::Service& service, const resource::Number& port, const std::string& host,
            Diagnostics& out) {
  std::vector<std::int64_t> behind;  // the ports whose endpoints listen on the number
  for (const mesh::ServicePort& candidate : service.ports)
    if (candidate.target == *port) behind.push_back(candidate.number);
  auto finding =
      out.report(kId, port.range, "\"{}\" has no port {}{}; it has {}", host, *port,
                 behind.empty() ? "" : ", on which only its endpoints listen", ports_of(service));
  finding.alias("IST0101").related(
      service.range, service.entry != nullptr ? "the ServiceEntry is here" : "the Service is here");
  if (behind.size() != 1) {
    finding.help("name one of its ports");
    return;
  }
  finding.help(fmt::format("name its port {}", behind.front()));
  const auto edit = yaml::replace_raw(*port.node, fmt::format("{}", behind.front()));
  if (edit.has_value())
    finding.fix({.title = fmt::format("route to port {}", behind.front()), .edits = {*edit}});
}

void check(const Context& in, Diagnostics& out) {
  const Hops& hops = in.shared<Hops>();
  std::unordered_set<const resource::Destination*> told;
  for (const Hop& hop : hops.all()) {
    const resource::Number& port = hop.target->destination->port->number;
    const auto& services = in.mesh().registry().named(hop.target->host);
    if (!port.present() || services.empty() || may_have_port(services, *port)) continue;
    if (told.insert(hop.target->destination).second)
      report(*services.front(), port, hop.target->host, out);
  }
}

}  // namespace

const Rule kUnknownPort{
    .info = {.id = kId,
             .summary = "a route to a port that the destination does not have",
             .why = "There is no cluster for the port, and requests get 503 with response flag NC. "
                    "Routes name the port of a Service (443), never the one that its pods listen "
                    "on (8443).",
             .mend = "Name one of the ports of the Service or ServiceEntry.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
