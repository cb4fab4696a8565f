// What a forwarder has counted, in the forms that operators read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/forward/forwarder.h"

namespace egressctl::forward {

// A statistic under the name that Envoy has for it, "cluster.www.example.com.upstream_cx_total".
struct Statistic {
  std::string name;
  std::uint64_t value = 0;
};

// All of them, by name.
[[nodiscard]] std::vector<Statistic> statistics_of(const Forwarder& forwarder);

// The text that Prometheus scrapes, its metrics named as Prometheus has it: "egressctl_..." with
// base units. Labels hold names of the configuration alone, never what a peer has sent.
//
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
[[nodiscard]] std::string prometheus_text(const Forwarder& forwarder, const std::string& version);

}  // namespace egressctl::forward
