// Rules for DNS names: hosts, wildcards and the labels that Kubernetes takes as names.
//
// Source: RFC 1035 2.3.1, RFC 1123 2.1; Kubernetes "Object Names and IDs"; Istio's
// pkg/config/host (a wildcard is a leading "*." that stands for one label or more).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace egressctl {

inline constexpr std::size_t kMaxHostBytes = 253;
inline constexpr std::size_t kMaxLabelBytes = 63;

// What is wrong with a host, worst first. Only None can be written into a manifest.
enum class HostProblem {
  None,
  Empty,
  BareWildcard,   // "*"
  InnerWildcard,  // "a.*.com", "*a.com"
  IpAddress,      // IPv4 or IPv6, a CIDR too
  NotAscii,       // an internationalised name that is not in its xn-- form
  UpperCase,
  TrailingDot,
  TooLong,       // over 253 bytes
  LabelTooLong,  // a label over 63 bytes
  EmptyLabel,    // "a..b", ".a"
  BadCharacter,  // anything but a-z, 0-9 and inner '-'
  SingleLabel,   // "localhost": no dot
};

// The first problem of a host or wildcard host.
[[nodiscard]] HostProblem host_problem(std::string_view host);

// Whether `text` is a DNS label as Kubernetes wants it: 1 to 63 bytes of a-z, 0-9 and '-',
// neither first nor last byte '-'.
[[nodiscard]] bool is_dns_label(std::string_view text);

// Whether `text` is an IPv4 or IPv6 address, or a CIDR of one.
[[nodiscard]] bool is_ip_or_cidr(std::string_view text);

[[nodiscard]] inline bool is_wildcard(std::string_view host) {
  return host.starts_with("*.");
}

// Whether every name that `host` stands for is one that `pattern` stands for: equal, or `pattern`
// is a wildcard and `host` a name (or wildcard) below it. "*.a.org" does not cover "a.org".
[[nodiscard]] bool host_covers(std::string_view pattern, std::string_view host);

// A DNS label made of `text`: as it is when it is one; else with every other byte turned into '-'
// and, where anything was lost or it is over 63 bytes, cut and ended by '-' and 8 hex digits of the
// text's SHA-256. The same text makes the same label always, and different texts differ.
[[nodiscard]] std::string to_dns_label(std::string_view text);

}  // namespace egressctl
