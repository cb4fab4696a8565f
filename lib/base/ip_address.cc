#include "lib/base/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "lib/base/number.h"

namespace egressctl {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct Special {
  std::string_view range;
  std::string_view kind;
};

constexpr Special kSpecial[] = {
    {"0.0.0.0/8", "unspecified"},
    {"10.0.0.0/8", "private"},
    {"100.64.0.0/10", "shared"},
    {"127.0.0.0/8", "loopback"},
    {"169.254.0.0/16", "link-local"},
    {"172.16.0.0/12", "private"},
    {"192.0.0.0/24", "reserved"},
    {"192.0.2.0/24", "documentation"},
    {"192.88.99.0/24", "reserved"},
    {"192.168.0.0/16", "private"},
    {"198.18.0.0/15", "benchmarking"},
    {"198.51.100.0/24", "documentation"},
    {"203.0.113.0/24", "documentation"},
    {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved"},
    {"::/128", "unspecified"},
    {"::1/128", "loopback"},
    {"64:ff9b:1::/48", "private"},
    {"100::/64", "discard"},
    {"2001::/23", "reserved"},
    {"2001:db8::/32", "documentation"},
    {"3fff::/20", "documentation"},
    {"5f00::/16", "reserved"},
    {"fc00::/7", "private"},
    {"fe80::/10", "link-local"},
    {"fec0::/10", "private"},
    {"ff00::/8", "multicast"},
};

struct ParsedSpecial {
  IpRange range;
  std::string_view kind;
};

const std::array<ParsedSpecial, std::size(kSpecial)>& special_ranges() {
  static const auto kRanges = [] {
    std::array<ParsedSpecial, std::size(kSpecial)> out;
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = {*IpRange::parse(kSpecial[i].range), kSpecial[i].kind};
    return out;
  }();
  return kRanges;
}

IpAddress mapped(std::span<const std::uint8_t> v4) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  std::memcpy(&address.sin_addr, v4.data(), 4);
  return IpAddress::of(reinterpret_cast<const sockaddr*>(&address));
}

// The IPv4 address inside an IPv6 one that leads to it.
std::optional<IpAddress> embedded(const IpAddress& address) {
  const std::span<const std::uint8_t> bytes = address.bytes();
  constexpr std::uint8_t kNat64[] = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
  if (std::equal(std::begin(kNat64), std::end(kNat64), bytes.begin()))
    return mapped(bytes.subspan(12));
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return mapped(bytes.subspan(2, 4));       // 6to4
  constexpr std::uint8_t kTranslated[] = {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0};  // RFC 2765
  if (std::equal(std::begin(kTranslated), std::end(kTranslated), bytes.begin()))
    return mapped(bytes.subspan(12));
  const bool zeros = std::all_of(bytes.begin(), bytes.begin() + 12, [](auto b) { return b == 0; });
  // ::a.b.c.d, long deprecated; :: and ::1 have meanings of their own.
  if (zeros && (bytes[12] != 0 || bytes[13] != 0 || bytes[14] != 0))
    return mapped(bytes.subspan(12));
  return std::nullopt;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN + 1] = {};
  if (text.size() >= sizeof buffer) return std::nullopt;
  std::copy(text.begin(), text.end(), buffer);
  IpAddress out;
  in_addr v4{};
  if (inet_pton(AF_INET, buffer, &v4) == 1) {
    std::copy(kMapped.begin(), kMapped.end(), out.bytes_.begin());
    std::memcpy(out.bytes_.data() + kMapped.size(), &v4, 4);
    return out;
  }
  if (inet_pton(AF_INET6, buffer, out.bytes_.data()) == 1) return out;
  return std::nullopt;
}

IpAddress IpAddress::of(const sockaddr* address) {
  IpAddress out;
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    std::copy(kMapped.begin(), kMapped.end(), out.bytes_.begin());
    std::memcpy(out.bytes_.data() + kMapped.size(), &v4->sin_addr, 4);
  } else if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    std::memcpy(out.bytes_.data(), &v6->sin6_addr, 16);
  }
  return out;
}

bool IpAddress::is_v4() const {
  return std::equal(kMapped.begin(), kMapped.end(), bytes_.begin());
}

std::string IpAddress::to_string() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (is_v4())
    inet_ntop(AF_INET, bytes_.data() + kMapped.size(), buffer, sizeof buffer);
  else
    inet_ntop(AF_INET6, bytes_.data(), buffer, sizeof buffer);
  return buffer;
}

socklen_t IpAddress::to_sockaddr(std::uint16_t port, sockaddr_storage& out) const {
  out = {};
  if (is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, bytes_.data() + kMapped.size(), 4);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, bytes_.data(), 16);
  return sizeof v6;
}

std::optional<IpAddress> IpAddress::next() const {
  IpAddress out = *this;
  const std::size_t first = is_v4() ? kMapped.size() : 0;
  for (std::size_t i = bytes_.size(); i-- > first;)
    if (++out.bytes_[i] != 0) return out;
  return std::nullopt;
}

std::optional<IpRange> IpRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto start = IpAddress::parse(text.substr(0, slash));
  if (!start) return std::nullopt;
  IpRange out;
  out.start_ = *start;
  if (slash == std::string_view::npos) return out;
  const std::string_view digits = text.substr(slash + 1);
  const int bits = parse_number<int>(digits).value_or(-1);
  const bool v4 = text.find(':') == std::string_view::npos;
  if (bits < 0 || bits > (v4 ? 32 : 128)) return std::nullopt;
  out.bits_ = v4 ? bits + 96 : bits;
  return out;
}

bool IpRange::contains(const IpAddress& address) const {
  const auto whole = static_cast<std::size_t>(bits_ / 8);
  const int rest = bits_ % 8;
  if (!std::equal(start_.bytes().begin(),
                  start_.bytes().begin() + static_cast<std::ptrdiff_t>(whole),
                  address.bytes().begin()))
    return false;
  if (rest == 0) return true;
  const int mask = 0xff00 >> rest & 0xff;
  return (start_.bytes()[whole] & mask) == (address.bytes()[whole] & mask);
}

IpAddress IpRange::last() const {
  IpAddress out = start_;
  for (std::size_t i = 0; i < out.bytes_.size(); ++i) {
    const int fixed = std::clamp(bits_ - static_cast<int>(8 * i), 0, 8);
    out.bytes_[i] = static_cast<std::uint8_t>(out.bytes_[i] | 0xff >> fixed);
  }
  return out;
}

std::string_view internal_kind(const IpAddress& address) {
  if (const auto inner = embedded(address)) return internal_kind(*inner);
  for (const ParsedSpecial& special : special_ranges())
    if (special.range.contains(address)) return special.kind;
  return {};
}

bool may_dial(const IpAddress& address, std::span<const IpRange> allowed) {
  return internal_kind(address).empty() ||
         std::any_of(allowed.begin(), allowed.end(),
                     [&](const IpRange& range) { return range.contains(address); });
}

}  // namespace egressctl
