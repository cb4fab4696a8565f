#include <algorithm>
#include <optional>
#include <string>

#include "lib/base/host_name.h"
#include "lib/base/text.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

bool has_upper_case(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// The host of "namespace/host".
std::string_view host_part(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash == std::string_view::npos ? text : text.substr(slash + 1);
}

bool has_final_dot(std::string_view host) {
  return host.size() > 1 && host.ends_with('.');
}

// The text without its final dot and upper case; a namespace before it stays.
std::string as_asked_for(std::string_view text) {
  const std::string_view host = host_part(text);
  std::string out(text.substr(0, text.size() - host.size()));
  out += to_lower(host);
  if (has_final_dot(host)) out.pop_back();
  return out;
}

bool has_long_part(std::string_view host) {
  const auto labels = split(host, '.');
  return host.size() > kMaxHostBytes || std::any_of(labels.begin(), labels.end(), [](auto label) {
           return label.size() > kMaxLabelBytes;
         });
}

}  // namespace

void report_host(Report& report, const Text& host, std::string_view problem) {
  const std::string_view name = host_part(*host);
  if (is_address(name) || is_network(*host)) {
    report
        .error(kIpAddressAsHost, host.range, "host \"{}\" is an IP address, expected a domain name",
               *host)
        .help(
            "clients ask for hosts by name; list the address under \"addresses\" of a "
            "ServiceEntry, or use a TCP route");
    return;
  }
  if (std::any_of(name.begin(), name.end(), [](char c) { return (c & 0x80) != 0; })) {
    report
        .error(kUnmatchableHost, host.range,
               "host \"{}\" is not ASCII, expected its form that starts with \"xn--\"", *host)
        .help("clients send the Punycode form of internationalised names (RFC 5891)");
    return;
  }
  const RuleId& rule = has_long_part(name) ? kUnmatchableHost : kInvalidHost;
  report.error(rule, host.range, "host \"{}\" is no domain name: {}", *host, problem);
}

void check_spelling(Report& report, const Text& host) {
  const std::string_view name = host_part(*host);
  const bool upper = has_upper_case(name);
  const bool dot = has_final_dot(name);
  const bool over_long = name.size() > kMaxHostBytes && name.size() <= 255;
  if (over_long)
    report.own(kUnmatchableHost, host.range,
               "host \"{}\" is {} bytes long, a domain name has at most {}", *host, name.size(),
               kMaxHostBytes);
  if (!upper && !dot) return;
  const std::string mended = as_asked_for(*host);
  auto finding = report.own(kUnmatchableHost, host.range,
                            "host \"{}\" {}, which no client sends as SNI", *host,
                            upper && dot ? "has upper case and a final dot"
                            : upper      ? "has upper case"
                                         : "ends in a dot");
  finding.help(fmt::format("write \"{}\"", mended));
  if (host.node == nullptr) return;
  if (auto edit = yaml::replace_string(*host.node, mended))
    finding.fix({.title = fmt::format("write \"{}\"", mended), .safe = true, .edits = {*edit}});
}

void check_spelling(Report& report, const Texts& hosts) {
  for (const Text& host : *hosts) {
    const bool beside_its_name =
        has_final_dot(*host) && std::any_of(hosts->begin(), hosts->end(), [&](const Text& other) {
          return *other == std::string_view(*host).substr(0, host->size() - 1);
        });
    if (!beside_its_name) check_spelling(report, host);
  }
}

void check_wildcard_host(Report& report, const Text& host) {
  if (const auto problem = wildcard_domain_problem(*host)) report_host(report, host, *problem);
}

}  // namespace egressctl::resource::validation
