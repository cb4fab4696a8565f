// What the gateways that an EnvoyFilter patches listen for, as far as the input tells.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>
#include <unordered_map>

#include "lib/lint/context.h"

namespace egressctl::lint::rules {

struct Listening {
  std::set<std::int64_t> ports;                              // of the pods
  std::set<std::int64_t> servers;                            // of the Services in front
  std::unordered_map<std::int64_t, std::int64_t> pod_ports;  // of the servers, by their number
  bool any_port = false;                                     // no Service is known that says which
  std::set<std::string_view> server_names;

  void add(const mesh::GatewayView& view);
};

// Of the Gateways of the pods that the EnvoyFilter selects, else of those that it means and
// reaches. Worked out once for all EnvoyFilters of a namespace that have the same selector.
[[nodiscard]] const Listening& listening_of(const Context& in, const resource::Resource& filter);

}  // namespace egressctl::lint::rules
