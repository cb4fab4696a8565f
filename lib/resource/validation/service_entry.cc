#include "lib/resource/service_entry.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "lib/base/text.h"
#include "lib/resource/validation/endpoint.h"
#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

std::string_view resolution_name(const ServiceEntry& entry) {
  return entry.resolution.present() ? entry.resolution.text() : "NONE";
}

bool has_mapping(const auto& item) {
  return item.node != nullptr && item.node->is_mapping();
}

void check_host(Report& report, const ServiceEntry& entry, const Text& host) {
  if (*host == "*") {
    report.error(kInnerWildcard, host.range, "a ServiceEntry can't have the host \"*\"")
        .help("name a domain: \"*.example.com\"");
    return;
  }
  const bool warned = *entry.resolution != Resolution::DynamicDns && is_partial_wildcard(*host);
  if (const auto problem = wildcard_domain_problem(*host)) {
    if (host->find('*') == std::string::npos) return report_host(report, host, *problem);
    auto finding = report.error(kInnerWildcard, host.range,
                                "host \"{}\" has a \"*\" that is not its first label", *host);
    finding.help("one \"*.\" before a domain stands for every name below it, of any depth");
    if (warned) finding.alias(std::string(kIstioWarning));
    return;
  }
  if (warned)
    report
        .warning(kInnerWildcard, host.range,
                 "host \"{}\" has a \"*\" that is only a part of a label, which Envoy does not "
                 "match",
                 *host)
        .help("one \"*.\" before a domain stands for every name below it, of any depth");
}

void check_hosts(Report& report, const ServiceEntry& entry) {
  if (entry.hosts->empty())
    report.missing(kInvalidServiceEntry, entry.hosts, "hosts", "the ServiceEntry has no hosts");
  for (const Text& host : *entry.hosts) check_host(report, entry, host);
  check_spelling(report, entry.hosts);
}

void check_addresses(Report& report, const ServiceEntry& entry) {
  const bool takes_networks =
      *entry.resolution == Resolution::None || *entry.resolution == Resolution::Static;
  bool told = takes_networks;
  for (const Text& address : *entry.addresses) {
    check_subnet(report, address);
    if (told || address->find('/') == std::string::npos) continue;
    told = true;
    report
        .error(kCidrWithDns, address.range,
               "address \"{}\" is a network, which resolution {} does not take", *address,
               resolution_name(entry))
        .related(entry.resolution.range, "the resolution")
        .help("use resolution NONE or STATIC, or list single addresses");
  }
}

// Whether istiod gives the entry an address of its own (PILOT_ENABLE_IP_AUTOALLOCATE, on by
// default).
bool gets_an_address(const Report& report, const ServiceEntry& entry) {
  if (*entry.resolution == Resolution::None) return false;
  const Text* label =
      report.resource().metadata.labels->find("networking.istio.io/enable-autoallocate-ip");
  return label == nullptr || to_lower(**label) != "false";
}

Diagnostics::Builder check_twice(Report& report, const SourceRange range, SourceRange first,
                                 std::string what) {
  return report.error(kDuplicatePort, range, "the ServiceEntry has port {} twice", what)
      .related(first, "the first one")
      .help("give each port a name and a number of its own");
}

// Source: istio/istio pkg/config/analysis/analyzers/serviceentry/conflictingserviceentries.go, for
// which one ServiceEntry is as good as two.
void check_same_number(Report& report, const ServiceEntry& entry, const Port& port,
                       const Port& first) {
  auto finding = check_twice(report, port.number.range, first.number.range,
                             fmt::format("number {}", *port.number));
  if (!entry.hosts->empty() && to_lower(port.protocol.text()) != to_lower(first.protocol.text()))
    finding.alias("IST0177");
}

void check_ports(Report& report, const ServiceEntry& entry) {
  const bool warns = entry.addresses->empty() && !gets_an_address(report, entry);
  std::map<std::string_view, const Text*> names;
  std::map<std::int64_t, const Port*> numbers;
  for (const Positioned<Port>& port : *entry.ports) {
    if (!has_mapping(port)) continue;
    if (port.node->entries.empty()) {
      report.error(kInvalidPort, port.range, "the port says nothing")
          .help("give it a number, a name and a protocol");
      continue;
    }
    const auto [same_name, new_name] = names.emplace(*port->name, &port->name);
    if (!new_name && !port->name->empty())
      check_twice(report, port->name.range, same_name->second->range,
                  fmt::format("name \"{}\"", *port->name));
    const auto [same_number, new_number] = numbers.emplace(*port->number, &*port);
    if (!new_number && port->number.present())
      check_same_number(report, entry, *port, *same_number->second);
    if (*port->target_port != 0) check_port(report, port->target_port);
    const std::string_view protocol = port->protocol.text();
    if (warns && (protocol.empty() || protocol == "TCP"))
      report
          .warning(kTcpWithoutAddress,
                   port->protocol.present() ? port->protocol.range : port->number.range,
                   "port {} is opaque TCP and the entry has no addresses, so it takes the port on "
                   "every address",
                   *port->number)
          .help("list the \"addresses\" that clients dial, or use protocol TLS or HTTP");
    check_port_name(report, port);
    check_protocol(report, port->protocol);
    check_port(report, port, port->number, "number");
  }
}

// The resolution that goes with the endpoints there are, or an empty text.
std::string_view fitting_resolution(const ServiceEntry& entry) {
  const auto all = [&](const auto& test) {
    return std::all_of(entry.endpoints->begin(), entry.endpoints->end(),
                       [&](const auto& endpoint) { return test(*endpoint->address); });
  };
  if (all([](std::string_view text) { return is_address(text); })) return "STATIC";
  if (all([](std::string_view text) { return !is_address(text) && !domain_problem(text); }))
    return "DNS";
  return {};
}

void check_none(Report& report, const ServiceEntry& entry) {
  if (!entry.endpoints->empty()) {
    auto finding = report.error(kEndpointsWithNone, entry.endpoints.key,
                                "resolution NONE sends traffic where the client dialled, so that "
                                "\"endpoints\" are never used");
    finding.help("use resolution STATIC for endpoints with addresses, DNS for those with names");
    if (entry.resolution.present()) finding.related(entry.resolution.range, "the resolution");
    const std::string_view word = fitting_resolution(entry);
    const yaml::Node* spec = report.spec().node;
    auto edit = word.empty() || spec == nullptr ? std::nullopt
                : entry.resolution.present()    ? yaml::replace_string(*entry.resolution.node, word)
                                                : yaml::insert_entry(*spec, "resolution", word);
    if (edit)
      finding.fix(
          {.title = fmt::format("use resolution {}", word), .safe = false, .edits = {*edit}});
  }
  if (entry.workload_selector.present())
    report
        .warning(kEndpointsWithNone, entry.workload_selector.key,
                 "resolution NONE sends traffic where the client dialled, so that "
                 "\"workloadSelector\" is never used")
        .help("use resolution STATIC");
}

void check_dns_hosts(Report& report, const ServiceEntry& entry) {
  for (const Text& host : *entry.hosts) {
    const auto problem = domain_problem(*host);
    if (!problem) continue;
    if (host->find('*') != std::string::npos) {
      report
          .error(kWildcardWithDns, entry.resolution.range,
                 "resolution {} can't resolve the wildcard \"{}\"", resolution_name(entry), *host)
          .related(host.range, "the host")
          .help(
              "list the hosts, use DYNAMIC_DNS (Istio 1.30 on, at sidecars), or NONE for "
              "traffic that leaves from the sidecar");
    } else if (!wildcard_domain_problem(*host)) {
      report_host(report, host, *problem);
    }
    return;
  }
}

void check_dns_endpoints(Report& report, const ServiceEntry& entry) {
  for (const Positioned<WorkloadEntry>& endpoint : *entry.endpoints) {
    if (!has_mapping(endpoint)) continue;
    const Text& address = endpoint->address;
    if (address->empty()) {
      report.missing(kInvalidEndpoint, endpoint, address, "address", "the endpoint has no address");
    } else if (const auto problem = domain_problem(*address); problem && !is_address(*address)) {
      report.error(kInvalidEndpoint, address.range,
                   "\"{}\" is neither an IP address nor a domain name: {}", *address, *problem);
    }
    check_endpoint_ports(report, *endpoint, &entry);
  }
}

bool is_opaque(Protocol protocol) {
  switch (protocol) {
    case Protocol::Tcp:
    case Protocol::Https:
    case Protocol::Tls:
    case Protocol::Mongo:
    case Protocol::Redis:
    case Protocol::MySql: return true;
    default: return false;
  }
}

void check_dns(Report& report, const ServiceEntry& entry) {
  if (entry.endpoints->empty()) check_dns_hosts(report, entry);
  if (*entry.resolution == Resolution::DnsRoundRobin && entry.endpoints->size() > 1)
    report
        .error(kInvalidServiceEntry, (*entry.endpoints)[1].range,
               "resolution DNS_ROUND_ROBIN takes one endpoint at most, found {}",
               entry.endpoints->size())
        .help("use resolution DNS for several endpoints");
  check_dns_endpoints(report, entry);
  if (entry.addresses->empty() || entry.hosts->size() < 2) return;
  for (const Positioned<Port>& port : *entry.ports) {
    if (!is_opaque(*port->protocol)) continue;
    report
        .warning(kSeveralHostsOverTcp, port->protocol.range,
                 "protocol {} and an address do not tell {} hosts apart", port->protocol.text(),
                 entry.hosts->size())
        .related(entry.hosts.key, "the hosts")
        .help("write one ServiceEntry for each host, with an address of its own");
    return;
  }
}

void check_dynamic_port(Report& report, const Positioned<Port>& port) {
  const Protocol protocol = *port->protocol;
  if (protocol == Protocol::Http || protocol == Protocol::Tls || protocol == Protocol::Grpc ||
      protocol == Protocol::Http2)
    return;
  const Positioned<Protocol>& field = port->protocol;
  auto finding = report.missing(kDynamicDnsLimits, port, field, "protocol",
                                "resolution DYNAMIC_DNS takes protocols HTTP, HTTP2, GRPC and TLS, "
                                "found {}",
                                field.present() ? fmt::format("\"{}\"", field.text()) : "none");
  if (protocol != Protocol::Https) return;
  finding.help("HTTPS is TLS to Istio: write TLS");
  if (auto edit = yaml::replace_string(*field.node, "TLS"))
    finding.fix({.title = "write protocol TLS", .safe = true, .edits = {*edit}});
}

void check_dynamic_dns(Report& report, const ServiceEntry& entry) {
  for (const Text& host : *entry.hosts)
    if (!host->starts_with('*'))
      report
          .error(kDynamicDnsLimits, host.range,
                 "resolution DYNAMIC_DNS takes wildcards only, found host \"{}\"", *host)
          .help("put plain names into a ServiceEntry with resolution DNS");
  const yaml::Node* spec = report.spec().node;
  const auto refuse = [&](const auto& field, std::string_view key) {
    if (field->empty()) return;
    auto finding = report.error(kDynamicDnsLimits, field.key,
                                "resolution DYNAMIC_DNS looks up the name that the client asks "
                                "for, so \"{}\" can't be given",
                                key);
    finding.help(fmt::format("remove \"{}\"", key));
    auto edit = spec != nullptr ? yaml::remove_entry(*spec, key) : std::nullopt;
    if (edit)
      finding.fix({.title = fmt::format("remove \"{}\"", key), .safe = true, .edits = {*edit}});
  };
  refuse(entry.addresses, "addresses");
  refuse(entry.endpoints, "endpoints");
  for (const Positioned<Port>& port : *entry.ports)
    if (has_mapping(port)) check_dynamic_port(report, port);
  const Text* waypoint = report.resource().metadata.labels->find("istio.io/use-waypoint");
  const bool has_waypoint =
      waypoint != nullptr && !(*waypoint)->empty() && to_lower(**waypoint) != "none";
  if (*entry.location == Location::MeshInternal && has_waypoint)
    report
        .error(kDynamicDnsLimits, entry.location.range,
               "resolution DYNAMIC_DNS at a waypoint needs location MESH_EXTERNAL")
        .related(waypoint->range, "the waypoint");
}

void check_resolution(Report& report, const ServiceEntry& entry) {
  switch (*entry.resolution) {
    case Resolution::None: return check_none(report, entry);
    case Resolution::Static:
      for (const Positioned<WorkloadEntry>& endpoint : *entry.endpoints)
        if (has_mapping(endpoint))
          check_endpoint(report, {{}, endpoint.range, endpoint.key, endpoint.node}, *endpoint,
                         &entry);
      return;
    case Resolution::Dns:
    case Resolution::DnsRoundRobin: return check_dns(report, entry);
    case Resolution::DynamicDns: return check_dynamic_dns(report, entry);
    case Resolution::Unknown: return;
  }
}

// TCP has no name in it, so that only NONE, which ignores hosts, can have several.
void check_host_count(Report& report, const ServiceEntry& entry) {
  if (*entry.resolution == Resolution::None || entry.hosts->size() < 2) return;
  for (const Positioned<Port>& port : *entry.ports) {
    if (!has_mapping(port) || is_http(*port->protocol) || is_tls(*port->protocol)) continue;
    const Positioned<Protocol>& protocol = port->protocol;
    report
        .missing(kSeveralHostsOverTcp, port, protocol, "protocol",
                 "protocol {} can't tell {} hosts apart",
                 protocol.present() ? protocol.text() : "TCP", entry.hosts->size())
        .related(entry.hosts.key, "the hosts")
        .help("write one ServiceEntry for each host, or use protocol TLS or HTTP");
    return;
  }
}

}  // namespace

void check(Report& report, const ServiceEntry& entry) {
  // Istio looks no further than a selector that is wrong.
  if (entry.workload_selector.present() &&
      check_selector_labels(report, entry.workload_selector->labels))
    return;
  check_selector(report, entry.workload_selector);
  if (entry.workload_selector.present() && !entry.endpoints->empty())
    report
        .error(kInvalidServiceEntry, entry.workload_selector.key,
               "\"workloadSelector\" and \"endpoints\" exclude each other")
        .related(entry.endpoints.key, "the endpoints");
  check_hosts(report, entry);
  check_addresses(report, entry);
  check_ports(report, entry);
  check_resolution(report, entry);
  check_host_count(report, entry);
  check_export_to(report, entry.export_to, Exporter::ServiceEntry);
}

}  // namespace egressctl::resource::validation
