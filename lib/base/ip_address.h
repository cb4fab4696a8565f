// IPv4 and IPv6 addresses, ranges of them, and which of them lead nowhere on the internet.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace egressctl {

// An address without a port. IPv4 is held in its IPv6-mapped form, ::ffff:a.b.c.d, so that one
// can't be written in two ways.
class IpAddress {
 public:
  IpAddress() = default;  // ::

  // "10.0.0.1", "::1", "::ffff:10.0.0.1"; no port, zone or brackets.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  // Of an IPv4 or IPv6 socket address; ::  for others.
  [[nodiscard]] static IpAddress of(const sockaddr* address);

  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  // Fills a socket address; returns its size. IPv4 becomes AF_INET.
  [[nodiscard]] socklen_t to_sockaddr(std::uint16_t port, sockaddr_storage& out) const;

  // The one behind it; std::nullopt behind the last of its family.
  [[nodiscard]] std::optional<IpAddress> next() const;

  bool operator==(const IpAddress&) const = default;

 private:
  friend class IpRange;
  std::array<std::uint8_t, 16> bytes_{};
};

// A CIDR.
class IpRange {
 public:
  // "10.0.0.0/8", "fc00::/7"; an address alone is a range of one. Bits behind the prefix count for
  // nothing.
  [[nodiscard]] static std::optional<IpRange> parse(std::string_view text);

  [[nodiscard]] bool contains(const IpAddress& address) const;

  // Whether all of `other` is inside.
  [[nodiscard]] bool covers(const IpRange& other) const {
    return bits_ <= other.bits_ && contains(other.start_);
  }

  [[nodiscard]] const IpAddress& start() const { return start_; }
  [[nodiscard]] IpAddress last() const;

 private:
  IpAddress start_;
  int bits_ = 128;  // of the IPv6 form
};

// Why an address is nothing that a name of the internet should lead to: "loopback", "private",
// "link-local" (with it the metadata services of clouds), "multicast", ...; empty for addresses of
// the internet. Forms of IPv6 that carry an IPv4 address (mapped, 6to4, NAT64) are judged by that.
//
// Source: IANA IPv4 and IPv6 Special-Purpose Address Registries.
[[nodiscard]] std::string_view internal_kind(const IpAddress& address);

// Whether a forwarder may dial the address: one of the internet, or in one of the ranges.
[[nodiscard]] bool may_dial(const IpAddress& address, std::span<const IpRange> allowed);

}  // namespace egressctl
