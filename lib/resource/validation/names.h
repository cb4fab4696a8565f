// Names as Istio's validation takes them: labels, hosts, wildcards. It is laxer than Kubernetes:
// upper case, a final dot and single labels are all right.
//
// Source: istio/istio pkg/config/labels, pkg/config/host and pkg/config/validation/agent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace egressctl::resource::validation {

// 1 to 63 letters, digits and inner '-'.
[[nodiscard]] bool is_label(std::string_view text);

// What keeps `host` from being a domain name ("label \"a_b\" has ..."), or std::nullopt.
[[nodiscard]] std::optional<std::string> domain_problem(std::string_view host);

// The same for a name whose first label may be "*" or start with '*'.
[[nodiscard]] std::optional<std::string> wildcard_domain_problem(std::string_view host);

// The same for a host of a VirtualService that no sidecar applies. With `sni` it may also be one of
// the names that Istio makes up: "outbound_.443_.subset_.host".
[[nodiscard]] std::optional<std::string> gateway_host_problem(std::string_view host, bool sni);

// Whether `host` has a '*' but does not start with "*." and is not "*".
[[nodiscard]] bool is_partial_wildcard(std::string_view host);

// Whether some name is both one of `a` and one of `b`. A wildcard is what starts with '*'.
[[nodiscard]] bool hosts_overlap(std::string_view a, std::string_view b);

// Whether every name of `inner` is one of `outer`.
[[nodiscard]] bool host_within(std::string_view inner, std::string_view outer);

// An IPv4 or IPv6 address; the latter may have a zone ("fe80::1%eth0").
[[nodiscard]] bool is_address(std::string_view text);

// An address and the length of its prefix: "10.0.0.0/8".
[[nodiscard]] bool is_network(std::string_view text);

// A decimal number with an optional sign, of 64 bits, as Go's strconv.Atoi reads it.
[[nodiscard]] std::optional<std::int64_t> decimal(std::string_view text);

}  // namespace egressctl::resource::validation
