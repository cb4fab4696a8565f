#include "lib/spec/hosts.h"

#include <utility>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/base/text.h"
#include "lib/spec/quoted.h"
#include "lib/spec/rules.h"

namespace egressctl::spec {
namespace {

// What a person pastes from a browser: "https://user@example.com:8443/x?y".
struct Url {
  std::string_view host;
  std::string_view port;  // empty when there is none
};

// std::nullopt when `text` has no part of a URL but the host.
std::optional<Url> split_url(std::string_view text) {
  if (is_ip_or_cidr(text)) return std::nullopt;
  Url url{text, {}};
  if (const std::size_t scheme = url.host.find("://"); scheme != std::string_view::npos)
    url.host.remove_prefix(scheme + 3);
  url.host = url.host.substr(0, url.host.find_first_of("/?#"));
  if (const std::size_t at = url.host.rfind('@'); at != std::string_view::npos)
    url.host.remove_prefix(at + 1);
  if (const std::size_t colon = url.host.rfind(':');
      colon != std::string_view::npos && !is_ip_or_cidr(url.host)) {
    url.port = url.host.substr(colon + 1);
    url.host = url.host.substr(0, colon);
  }
  return url.host == text ? std::nullopt : std::optional(url);
}

HostMistake url_mistake(std::string_view text, const Url& url) {
  const std::string_view what =
      text.find_first_of("/@") != std::string_view::npos ? "a URL" : "a host and port";
  HostMistake mistake{fmt::format("{} is {}; expected the host name alone", quoted(text), what),
                      {}};
  if (host_problem(url.host) != HostProblem::None) return mistake;
  mistake.help = fmt::format("write \"{}\"", url.host);
  if (!url.port.empty() && url.port.find_first_not_of("0123456789") == std::string_view::npos)
    mistake.help += fmt::format(", and the port in ports: [{}]", url.port);
  return mistake;
}

HostMistake inner_wildcard(std::string_view host) {
  const std::string_view behind = host.substr(host.rfind('*') + 1);
  HostMistake mistake{fmt::format("{} has a \"*\" that is not its whole first label", quoted(host)),
                      "list the names, or use a wildcard that covers them"};
  const std::size_t dot = behind.find('.');
  if (dot == std::string_view::npos) return mistake;
  const std::string wider = fmt::format("*{}", behind.substr(dot));
  const HostProblem problem = host_problem(wider);
  if (problem == HostProblem::None)
    mistake.help = fmt::format("list the names, or use \"{}\", which covers them", wider);
  return mistake;
}

HostMistake long_label(std::string_view host) {
  for (const std::string_view label : split(host, '.'))
    if (label.size() > kMaxLabelBytes)
      return {fmt::format("{} has a label of {} bytes; {} are the most that DNS takes",
                          quoted(host), label.size(), kMaxLabelBytes),
              {}};
  return {};
}

HostMistake bad_character(std::string_view host) {
  const std::size_t at =
      host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.", is_wildcard(host) ? 2 : 0);
  if (at == std::string_view::npos)
    return {fmt::format("{} has a label that starts or ends with \"-\"", quoted(host)), {}};
  return {fmt::format("{} has {} in it; host names are made of a-z, 0-9, \"-\" and \".\"",
                      quoted(host), quoted(host.substr(at, 1))),
          {}};
}

// Only names with all else right are worth suggesting.
std::string suggest(std::string name) {
  return host_problem(name) == HostProblem::None ? fmt::format("write \"{}\"", name)
                                                 : std::string();
}

std::string without_empty_labels(std::string_view host) {
  std::string out;
  for (const std::string_view label : split(host, '.')) {
    if (label.empty()) continue;
    if (!out.empty()) out += '.';
    out += label;
  }
  return out;
}

HostMistake describe(HostProblem problem, std::string_view host) {
  const std::string name = quoted(host);
  switch (problem) {
    case HostProblem::None: break;
    case HostProblem::Empty:
      return {"the host is empty; expected a name such as \"edition.cnn.com\"", {}};
    case HostProblem::BareWildcard:
      return {"\"*\" stands for every host there is, those of the cluster included",
              "use wildcards of top-level domains, such as \"*.com\" and \"*.org\""};
    case HostProblem::InnerWildcard: return inner_wildcard(host);
    case HostProblem::IpAddress:
      return {fmt::format("{} is {}; hosts are matched by SNI, which is a name", name,
                          host.find('/') == std::string_view::npos ? "an IP address"
                                                                   : "a range of IP addresses"),
              "write the name that clients connect to"};
    case HostProblem::NotAscii:
      return {fmt::format("{} is not ASCII; clients send such a name in another form", name),
              "write its xn-- form (punycode)"};
    case HostProblem::UpperCase:
      return {fmt::format("{} has upper-case letters; SNIs are matched in lower case", name),
              suggest(to_lower(host))};
    case HostProblem::TrailingDot:
      return {fmt::format("{} ends with a dot, which an SNI does not", name),
              suggest(std::string(host.substr(0, host.size() - 1)))};
    case HostProblem::TooLong:
      return {fmt::format("{} has {} bytes; {} are the most that DNS takes", name, host.size(),
                          kMaxHostBytes),
              {}};
    case HostProblem::LabelTooLong: return long_label(host);
    case HostProblem::EmptyLabel:
      return {fmt::format("{} has nothing between two dots, or starts with one", name),
              suggest(without_empty_labels(host))};
    case HostProblem::BadCharacter: return bad_character(host);
    case HostProblem::SingleLabel:
      return {fmt::format("{} has no dot; names without one are looked up in the cluster", name),
              "write the full name, such as \"edition.cnn.com\""};
  }
  return {};
}

}  // namespace

std::optional<HostMistake> host_mistake(std::string_view host) {
  if (const auto url = split_url(host)) return url_mistake(host, *url);
  const HostProblem problem = host_problem(host);
  if (problem == HostProblem::None) return std::nullopt;
  return describe(problem, host);
}

bool touches_domain(std::string_view host, std::string_view domain) {
  const std::string below = fmt::format("*.{}", domain);
  if (is_wildcard(host)) {
    const std::string_view base = host.substr(2);
    return base == domain || host_covers(below, base) || host_covers(host, domain);
  }
  return host == domain || host_covers(below, host);
}

bool check_host(const Located<std::string>& host, const std::string& path,
                std::string_view cluster_domain, Diagnostics& diagnostics) {
  if (auto mistake = host_mistake(*host)) {
    diagnostics.report(kInvalidHost, host.range, "{}", mistake->message)
        .field(path)
        .help(std::move(mistake->help));
    return false;
  }
  const auto report = [&](const RuleId& rule, std::string_view domain, std::string_view what,
                          std::string_view help) {
    const bool wider = is_wildcard(*host) && host_covers(*host, domain);
    diagnostics
        .report(rule, host.range, "\"{}\" {} \"{}\", {}", *host, wider ? "covers" : "is within",
                domain, what)
        .field(path)
        .help(wider ? "list the names, or use a wildcard that is further down" : std::string(help));
    return false;
  };
  if (touches_domain(*host, cluster_domain))
    return report(kClusterHost, cluster_domain,
                  "the cluster's own domain: it leads into the cluster",
                  "remove it: Services of the cluster are reached without an egress gateway");
  if (touches_domain(*host, kReservedSuffix))
    return report(kReservedHost, kReservedSuffix,
                  "which is reserved for SNIs between sidecars and the gateway",
                  "use another name");
  return true;
}

}  // namespace egressctl::spec
