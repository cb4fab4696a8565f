#include "lib/resource/validation/listed_host.h"

#include <string_view>

#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {
namespace {

// The part behind the slash. `rule` is that of a host whose form is wrong.
void check_host_part(Report& report, const RuleId& rule, const Text& host, std::string_view name,
                     bool allows_address) {
  const bool address = is_address(name);
  if (address && allows_address) {
    report
        .own(kIpAddressAsHost, host.range,
             "host \"{}\" is an IP address, for which clients send no SNI", *host)
        .help("name the host, or use protocol TCP, which takes all connections of the port");
    if (name.find('.') != std::string_view::npos) return;
  }
  if (name != "*" && name.find('.') == std::string_view::npos) {
    report
        .error(rule, host.range, "host \"{}\" is a short name, expected a full domain name", *host)
        .help("write the name out: \"svc.namespace.svc.cluster.local\", \"www.example.com\"");
    return;
  }
  if (const auto problem = wildcard_domain_problem(name)) {
    if (address || name.find('/') != std::string_view::npos)
      report.error(address ? kIpAddressAsHost : rule, host.range,
                   "host \"{}\" is not of the form \"namespace/host\": {}", *host, *problem);
    else
      report_host(report, host, *problem);
    return;
  }
  if (!is_partial_wildcard(name)) return;
  report.error(rule, host.range, "host \"{}\" has a \"*\" that is not a label of its own", *host)
      .help("a wildcard is \"*\", or \"*.\" before a domain");
}

}  // namespace

void check_server_host(Report& report, const Text& host, bool from_gateway_api) {
  const std::string_view text = *host;
  const std::size_t slash = text.find('/');
  const std::string_view name_space = text.substr(0, slash == std::string_view::npos ? 0 : slash);
  if (slash == std::string_view::npos)
    return check_host_part(report, kInvalidHost, host, text, true);
  const std::string_view name = text.substr(slash + 1);
  if (name_space.empty() || name.empty()) {
    report.error(kInvalidHost, host.range,
                 "host \"{}\" lacks the {}, expected \"namespace/host\" or a host alone", *host,
                 name.empty() ? "host" : "namespace");
    return;
  }
  const bool wild = name_space == "*" || name_space == "." ||
                    (name_space == "~" && from_gateway_api) || is_label(name_space);
  if (!wild)
    report
        .error(kInvalidHost, host.range, "host \"{}\" has \"{}\" where a namespace should be",
               *host, name_space)
        .help(
            "the namespace is that of the VirtualServices that may use the host; it may be "
            "\".\" or \"*\"");
  check_host_part(report, kInvalidHost, host, name, true);
}

void check_egress_host(Report& report, const Text& host) {
  const std::string_view text = *host;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    report
        .error(kBadEgressHost, host.range, "host \"{}\" is not of the form \"namespace/host\"",
               *host)
        .help(
            "put the namespace of the Service or ServiceEntry before it, or \"*\" for any "
            "namespace");
    return;
  }
  std::string_view name_space = text.substr(0, slash);
  const std::string_view name = text.substr(slash + 1);
  if (name_space.empty() || name.empty()) {
    report.error(kBadEgressHost, host.range,
                 "host \"{}\" lacks the {}, expected \"namespace/host\"", *host,
                 name.empty() ? "host" : "namespace");
    return;
  }
  if (name_space.starts_with('~')) name_space.remove_prefix(1);
  if (!name_space.empty() && name_space != "*" && name_space != "." && !is_label(name_space))
    report
        .error(kBadEgressHost, host.range, "host \"{}\" has \"{}\" where a namespace should be",
               *host, text.substr(0, slash))
        .help(
            "the namespace is that of the Service or ServiceEntry; it may be \".\", \"*\" or "
            "\"~\"");
  check_host_part(report, kBadEgressHost, host, name, false);
}

}  // namespace egressctl::resource::validation
