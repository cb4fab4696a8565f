// The texts that a client may write into a request's Host to mean a service.
//
// Source: istio/istio pilot/pkg/networking/core/httproute.go (generateVirtualHostDomains,
// GenerateAltVirtualHosts).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/topology/snapshot.h"

namespace egressctl::topology {

struct Domains {
  std::vector<std::string> all;
  std::vector<std::string> short_forms;  // those of `all` that Kubernetes' DNS completes

  [[nodiscard]] bool is_short_form(std::string_view domain) const;
};

// Each alone and, unless `port` is 0, with the port.
[[nodiscard]] Domains domains_of(const View& view, const Service& service, std::int64_t port);

// The other texts that mean `host`: with a dot at its end and, for a host of Kubernetes, those that
// its DNS completes for the proxy. Each alone and, unless `port` is 0, with the port.
[[nodiscard]] std::vector<std::string> short_forms(const View& view, std::string_view host,
                                                   std::int64_t port);

// "host:port", an IPv6 address in brackets.
[[nodiscard]] std::string with_port(std::string_view host, std::int64_t port);

// The host, an IPv6 address in brackets.
[[nodiscard]] std::string bracketed(std::string_view host);

}  // namespace egressctl::topology
