// The PROXY protocol, by which a load balancer tells whose connection it hands on.
//
// Source: https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "lib/forward/io/socket_address.h"

namespace egressctl::forward {

enum class ProxyHeaderStatus { NeedMore, Complete, Malformed };

struct ProxyHeader {
  ProxyHeaderStatus status = ProxyHeaderStatus::NeedMore;
  std::size_t size = 0;  // of the header; what follows is the client's
  // Nothing when the proxy speaks for itself (LOCAL, UNKNOWN).
  std::optional<SocketAddress> source;
  std::optional<SocketAddress> destination;
};

// Reads a header of version 1 or 2 at the start of `bytes`.
[[nodiscard]] ProxyHeader read_proxy_header(std::span<const std::uint8_t> bytes);

// The headers for a connection between two IP addresses; of mixed families both are told as IPv6.
// Of unix sockets: the headers for "unknown".
[[nodiscard]] std::string proxy_header_v1(const SocketAddress& source,
                                          const SocketAddress& destination);
[[nodiscard]] std::string proxy_header_v2(const SocketAddress& source,
                                          const SocketAddress& destination);

}  // namespace egressctl::forward
