// EGR0310 service-entries-differ
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "lib/base/text.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/routing/rivals.h"
#include "lib/lint/rules/routing/routing.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0310", "service-entries-differ", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#56826", "istio/istio#55776",
                                            "istio/istio#8462"};

using mesh::Service;

// Where the port's connections go. Equal for ports that are the same thing, written twice.
std::string way_of(const Service& service, const mesh::ServicePort& port) {
  const resource::ServiceEntry& entry = *service.entry;
  std::string out = fmt::format("{} {} {}", static_cast<int>(*entry.resolution),
                                *entry.location == resource::Location::MeshInternal, port.target);
  for (const auto& endpoint : *entry.endpoints)
    out +=
        fmt::format(" {}:{}", *endpoint->address,
                    endpoint->ports->find(port.name) != nullptr ? **endpoint->ports->find(port.name)
                                                                : port.target);
  if (entry.workload_selector.present())
    for (const auto& label : *entry.workload_selector->labels)
      out += fmt::format(" {}={}", label.name, *label.entry);
  return out;
}

// Istio compares protocols as they are written but for their case
// (analyzers/serviceentry/conflictingserviceentries.go).
std::string protocol_of(const resource::Port& port) {
  return to_lower(port.protocol.text());
}

std::string_view written_protocol(const Service& service, std::int64_t number) {
  for (const auto& port : *service.entry->ports)
    if (*port->number == number) return port->protocol.text();
  return {};
}

// The entries of one host, by port.
struct HostEntries {
  std::unordered_map<std::int64_t, Rivals<Service, std::string>> protocols;
  std::unordered_map<std::int64_t, Rivals<Service, std::string>> ways;

  void add(const Service& service) {
    for (const auto& port : *service.entry->ports)
      protocols[*port->number].add(service.visibility, protocol_of(*port), &service);
    for (const mesh::ServicePort& port : service.ports)
      ways[port.number].add(service.visibility, way_of(service, port), &service);
  }
};

Diagnostics::Builder report(Diagnostics& out, const Service& service, const Service& rival,
                            std::int64_t port, std::string_view what) {
  return out
      .report(kId, service.resource->metadata.name.range,
              "ServiceEntry \"{}/{}\" defines host \"{}\" with port {}, too, but with another {}",
              rival.name_space, *rival.resource->metadata.name, service.host, port, what)
      .related(rival.resource->metadata.name.range, "the other one")
      .help("keep one definition of the host, or export the two to different namespaces");
}

// Reports the first difference; one is enough to say that there are two definitions.
bool compare(const Service& service, const HostEntries& others, Diagnostics& out) {
  for (const auto& port : *service.entry->ports)
    if (const Service* rival =
            others.protocols.at(*port->number).find(service.visibility, protocol_of(*port))) {
      report(out, service, *rival, *port->number,
             fmt::format("protocol (\"{}\" and \"{}\")", port->protocol.text(),
                         written_protocol(*rival, *port->number)))
          .alias("IST0177");
      return true;
    }
  for (const mesh::ServicePort& port : service.ports)
    if (const Service* rival =
            others.ways.at(port.number).find(service.visibility, way_of(service, port))) {
      report(out, service, *rival, port.number, "resolution, location or set of endpoints");
      return true;
    }
  return false;
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_map<std::string_view, HostEntries> hosts;
  const mesh::Registry& registry = in.mesh().registry();
  const auto is_shared = [&](const Service& service) {
    return service.entry != nullptr && registry.named(service.host).size() > 1;
  };
  for (const Service& service : registry.all())
    if (is_shared(service)) hosts[service.host].add(service);
  std::unordered_set<const resource::Resource*> told;
  for (const Service& service : registry.all())
    if (is_shared(service) && !told.contains(service.resource) &&
        compare(service, hosts.at(service.host), out))
      told.insert(service.resource);
}

}  // namespace

const Rule kServiceEntriesDiffer{
    .info = {.id = kId,
             .summary = "two ServiceEntries that define one host and port differently",
             .why = "Proxies that see both take the older one's protocol and a mix of their "
                    "endpoints. Which one that is changes when one is made anew.",
             .mend = "Let one team own the host, and export it to those who need it.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
