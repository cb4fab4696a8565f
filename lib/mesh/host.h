// How Istio compares hosts, wildcards among them.
//
// A pattern is a name, "*", or "*" followed by a suffix. "*.example.com" stands for every name that
// ends in ".example.com", however many labels that are.
// Source: istio/istio pkg/config/host/name.go (Matches, SubsetOf) and .../networking/util.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace egressctl::mesh {

// Whether some name is meant by both patterns (Istio's `Matches`).
[[nodiscard]] bool hosts_overlap(std::string_view a, std::string_view b);

// Whether all names that `host` means are meant by `pattern` (Istio's `SubsetOf`).
[[nodiscard]] bool is_subset(std::string_view host, std::string_view pattern);

// Whether the pattern is more than one name.
[[nodiscard]] inline bool is_pattern(std::string_view host) {
  return host.starts_with('*');
}

// A host as a resource in `name_space` means it: a single label is a Service of that namespace.
//
// Source: istio/istio pkg/config/model ResolveShortnameToFQDN.
[[nodiscard]] std::string resolve_short_name(std::string_view host, std::string_view name_space,
                                             std::string_view cluster_domain);

// "name.namespace.svc.<cluster domain>" taken apart; both empty for any other host.
struct ServiceName {
  std::string_view name;
  std::string_view name_space;
};
[[nodiscard]] ServiceName service_name(std::string_view host, std::string_view cluster_domain);

// The patterns that cover `host`, the most specific one first: "a.b.c", "*.b.c", "*.c", "*". For
// lookups by exact text; patterns such as "*b.c" are not among them.
[[nodiscard]] std::vector<std::string> covering_patterns(std::string_view host);

}  // namespace egressctl::mesh
