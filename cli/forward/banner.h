// What a person reads when a whole data path is up: where each hop is, and how to send something
// through.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/forward/data_path.h"

namespace egressctl::cli {

// Where connections to a port are taken.
struct PortAddress {
  std::uint16_t port = 443;  // that clients dial
  std::string address;       // "127.0.0.1:10443"
};

struct Banner {
  std::string name;
  std::vector<PortAddress> sidecar_ports;  // at least one
  std::vector<Sample> samples;             // to ask for
  std::vector<std::string> gateway;        // addresses; empty: there is none
  std::string gateway_identity;
  std::vector<std::string> internal_listeners;  // of the gateway
  std::string upstreams;                        // the lab's address; empty: the hosts themselves
  std::string folder;                           // with .curlrc, and the lab's ca.pem
  std::vector<std::pair<std::string, std::string>> admins;  // whose, and its address
};

[[nodiscard]] std::string to_text(const Banner& banner);

// A .curlrc with which curl comes through here. `authority` is a file of certificates, or empty.
[[nodiscard]] std::string curl_settings(const std::vector<PortAddress>& ports,
                                        const std::string& authority);

}  // namespace egressctl::cli
