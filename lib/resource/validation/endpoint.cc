#include "lib/resource/validation/endpoint.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {
namespace {

// Returns whether there is an address to check further, or none is needed.
bool check_presence(Report& report, const Positioned<Raw>& parent, const WorkloadEntry& entry) {
  if (!entry.address->empty()) return true;
  if (entry.network->empty()) {
    report.missing(kInvalidEndpoint, parent, entry.address, "address",
                   "the endpoint has no address");
    return false;
  }
  report
      .warning(kInvalidEndpoint, entry.network.range,
               "the endpoint has no address of its own: the gateway of network \"{}\" is dialled",
               *entry.network)
      .help("that is for endpoints of other networks only");
  return true;
}

void check_unix_endpoint(Report& report, const WorkloadEntry& entry, const ServiceEntry* service) {
  check_unix_address(report, entry.address);
  if (!entry.ports->empty())
    report.error(kInvalidEndpoint, entry.ports.key,
                 "a Unix socket has no ports, so \"{}\" can't have any", *entry.address);
  if (service == nullptr) return;
  std::set<std::string_view> names;
  for (const Positioned<Port>& port : *service->ports) names.insert(*port->name);
  if (names.size() != 1)
    report.error(kInvalidEndpoint, entry.address.range,
                 "a service with a Unix socket has exactly one port, found {}", names.size());
}

}  // namespace

void check_endpoint_ports(Report& report, const WorkloadEntry& entry, const ServiceEntry* service) {
  for (const auto& [name, number] : *entry.ports) {
    const std::string_view wanted = name;
    const bool known =
        service == nullptr || std::any_of(service->ports->begin(), service->ports->end(),
                                          [&](const auto& port) { return *port->name == wanted; });
    if (!known) {
      auto finding = report.error(kInvalidEndpoint, number.key,
                                  "the ServiceEntry has no port called \"{}\"", name);
      if (service->ports.present()) finding.related(service->ports.key, "its ports");
    }
    if (!is_label(name))
      report.error(kInvalidPortName, number.key,
                   "port name \"{}\" is not made of letters, digits and inner \"-\", at most 63",
                   name);
    check_port(report, number);
  }
  check_labels(report, entry.labels);
}

void check_endpoint(Report& report, const Positioned<Raw>& parent, const WorkloadEntry& entry,
                    const ServiceEntry* service) {
  if (!check_presence(report, parent, entry)) return;
  const std::string_view address = *entry.address;
  if (address.starts_with(kUnixPrefix)) {
    check_unix_endpoint(report, entry, service);
  } else if (!address.empty() && !is_address(address)) {
    if (service != nullptr) {
      report
          .error(kInvalidEndpoint, entry.address.range,
                 "resolution STATIC takes addresses only, found \"{}\"", address)
          .help("use resolution DNS for endpoints with names");
    } else if (const auto problem = domain_problem(address)) {
      report.error(kInvalidEndpoint, entry.address.range,
                   "\"{}\" is neither an IP address nor a domain name: {}", address, *problem);
    }
  }
  check_endpoint_ports(report, entry, service);
}

void check(Report& report, const WorkloadEntry& entry) {
  check_endpoint(report, report.spec(), entry, nullptr);
}

}  // namespace egressctl::resource::validation
