#include "lib/forward/io/proxy_protocol.h"

#include <netinet/in.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/base/text.h"

namespace egressctl::forward {
namespace {

constexpr std::string_view kV1 = "PROXY ";
constexpr std::size_t kMostV1 = 107;
constexpr std::string_view kV2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kV2Start = 16;
constexpr std::uint8_t kVersion2 = 0x20;
constexpr std::uint8_t kTcp4 = 0x11;
constexpr std::uint8_t kTcp6 = 0x21;
constexpr std::size_t kV4Bytes = 12;
constexpr std::size_t kV6Bytes = 36;

ProxyHeader malformed() {
  return {.status = ProxyHeaderStatus::Malformed, .size = 0, .source = {}, .destination = {}};
}

std::optional<SocketAddress> endpoint(std::string_view ip, std::string_view port, bool v4) {
  SocketAddress out;
  const auto parsed = IpAddress::parse(ip);
  const auto number = parse_number<std::uint16_t>(port);
  if (!parsed || (v4 && !parsed->is_v4()) || !number) return std::nullopt;
  out.ip = *parsed;
  out.port = *number;
  return out;
}

ProxyHeader read_v1(std::string_view text) {
  const std::size_t end = text.find("\r\n");
  if (end == std::string_view::npos) return text.size() < kMostV1 ? ProxyHeader{} : malformed();
  ProxyHeader out{
      .status = ProxyHeaderStatus::Complete, .size = end + 2, .source = {}, .destination = {}};
  if (out.size > kMostV1) return malformed();
  const std::vector<std::string_view> words = split(text.substr(0, end), ' ');
  if (words.size() >= 2 && words[1] == "UNKNOWN") return out;
  if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6")) return malformed();
  const bool v4 = words[1] == "TCP4";
  out.source = endpoint(words[2], words[4], v4);
  out.destination = endpoint(words[3], words[5], v4);
  return out.source && out.destination ? out : malformed();
}

std::uint16_t number_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

IpAddress address_at(std::span<const std::uint8_t> bytes, std::size_t at, bool v4) {
  if (v4)
    return *IpAddress::parse(
        fmt::format("{}.{}.{}.{}", bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 16, address.sin6_addr.s6_addr);
  return IpAddress::of(reinterpret_cast<const sockaddr*>(&address));
}

ProxyHeader read_v2(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kV2Start) return {};
  const std::size_t size = kV2Start + number_at(bytes, 14);
  if ((bytes[12] & 0xf0) != kVersion2 || (bytes[12] & 0x0f) > 1) return malformed();
  if (bytes.size() < size) return {};
  ProxyHeader out{
      .status = ProxyHeaderStatus::Complete, .size = size, .source = {}, .destination = {}};
  const bool local = (bytes[12] & 0x0f) == 0;
  const bool v4 = bytes[13] == kTcp4;
  if (local || (!v4 && bytes[13] != kTcp6)) return out;
  if (size < kV2Start + (v4 ? kV4Bytes : kV6Bytes)) return malformed();
  const std::size_t width = v4 ? 4 : 16;
  const std::size_t ports = kV2Start + 2 * width;
  out.source = {address_at(bytes, kV2Start, v4), number_at(bytes, ports), {}};
  out.destination = {address_at(bytes, kV2Start + width, v4), number_at(bytes, ports + 2), {}};
  return out;
}

// The address as text of the family that both ends are told in.
std::string in_family(const IpAddress& ip, bool v4) {
  return v4 || !ip.is_v4() ? ip.to_string() : "::ffff:" + ip.to_string();
}

void put(std::uint16_t number, std::string& out) {
  out += static_cast<char>(number >> 8);
  out += static_cast<char>(number & 0xff);
}

}  // namespace

ProxyHeader read_proxy_header(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto may_be = [&](std::string_view start) {
    return text.substr(0, start.size()) == start.substr(0, text.size());
  };
  if (may_be(kV2)) return read_v2(bytes);
  if (may_be(kV1)) return read_v1(text);
  return malformed();
}

std::string proxy_header_v1(const SocketAddress& source, const SocketAddress& destination) {
  if (source.is_unix() || destination.is_unix()) return "PROXY UNKNOWN\r\n";
  const bool v4 = source.ip.is_v4() && destination.ip.is_v4();
  return fmt::format("PROXY {} {} {} {} {}\r\n", v4 ? "TCP4" : "TCP6", in_family(source.ip, v4),
                     in_family(destination.ip, v4), source.port, destination.port);
}

std::string proxy_header_v2(const SocketAddress& source, const SocketAddress& destination) {
  std::string out(kV2);
  if (source.is_unix() || destination.is_unix()) {
    out += static_cast<char>(kVersion2);  // LOCAL
    out += '\0';
    put(0, out);
    return out;
  }
  const bool v4 = source.ip.is_v4() && destination.ip.is_v4();
  out += static_cast<char>(kVersion2 | 1);
  out += static_cast<char>(v4 ? kTcp4 : kTcp6);
  put(static_cast<std::uint16_t>(v4 ? kV4Bytes : kV6Bytes), out);
  for (const SocketAddress* end : {&source, &destination}) {
    const auto& bytes = end->ip.bytes();
    out.append(reinterpret_cast<const char*>(bytes.data()) + (v4 ? 12 : 0), v4 ? 4 : 16);
  }
  put(source.port, out);
  put(destination.port, out);
  return out;
}

}  // namespace egressctl::forward
