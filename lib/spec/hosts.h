// What a host in a spec must not be, worded for the person who wrote it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/diagnostic.h"
#include "lib/spec/spec.h"

namespace egressctl::spec {

// Generated SNIs between sidecar and gateway end in this; no host may be below it.
inline constexpr std::string_view kReservedSuffix = "egress.internal";

// What is wrong with a host, and a way out (empty when there is none to name).
struct HostMistake {
  std::string message;
  std::string help;
};

// The first mistake in a host or wildcard by itself: a URL, a port, an address, a character that
// no host name has, ... std::nullopt when it is one that Istio takes.
[[nodiscard]] std::optional<HostMistake> host_mistake(std::string_view host);

// Whether `host` is `domain`, is below it, or is a wildcard that stands for names of it.
[[nodiscard]] bool touches_domain(std::string_view host, std::string_view domain);

// Reports the first mistake in `host`, which stands at `path`: one of host_mistake, or that it
// leads into the cluster or is reserved. Returns whether it can be used.
bool check_host(const Located<std::string>& host, const std::string& path,
                std::string_view cluster_domain, Diagnostics& diagnostics);

}  // namespace egressctl::spec
