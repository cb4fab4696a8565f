// What a port in a spec must not be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/spec/spec.h"

namespace egressctl::spec {

// What Istio's proxies use `port` for, or std::nullopt when it is not theirs.
//
// Source: https://istio.io/latest/docs/ops/deployment/application-requirements/ ("Ports used by
// Istio", sidecar proxy).
[[nodiscard]] std::optional<std::string_view> istio_use_of(int port);

// Reports a port, which stands at `path`, that is one of Istio's. Returns whether it can be used.
bool check_not_istio(const Located<int>& port, const std::string& path, Diagnostics& diagnostics);

// Reports what is wrong with the ports of a destination, which stand at `path`: Istio's ports,
// ports listed twice, port 80 for anything but `originate`, several ports for `originate`. `via`
// with an unknown range was not read, and nothing is said about it.
void check_ports(const std::vector<Located<int>>& ports, const Located<Via>& via,
                 const std::string& path, Diagnostics& diagnostics);

}  // namespace egressctl::spec
