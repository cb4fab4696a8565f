// isIP(), ip(), isCIDR(), cidr() and what they tell.
//
// Source: k8s.io/apiserver pkg/cel/library (ip.go, cidr.go), which refuses IPv4 addresses written
// as IPv6 and zones.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/cel/functions.h"

namespace egressctl::cel {
namespace {

constexpr std::size_t kV4 = 4;
constexpr std::size_t kV6 = 16;

std::optional<Network> parse_ip(std::string_view written) {
  const std::string text(written);
  if (text.find('\0') != std::string::npos) return std::nullopt;
  std::array<std::uint8_t, kV6> bytes{};
  const bool v6 = text.find(':') != std::string::npos;
  if (inet_pton(v6 ? AF_INET6 : AF_INET, text.c_str(), bytes.data()) != 1) return std::nullopt;
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (v6 && std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) return std::nullopt;
  Network out;
  out.bytes.assign(bytes.begin(), bytes.begin() + (v6 ? kV6 : kV4));
  out.text = text;
  return out;
}

std::optional<Network> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto out = parse_ip(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  const auto prefix = parse_number<int>(digits);
  const bool plain = !digits.starts_with('-') && (digits.size() == 1 || !digits.starts_with('0'));
  if (!out || !prefix || !plain || *prefix > static_cast<int>(out->bytes.size() * 8))
    return std::nullopt;
  out->prefix = *prefix;
  out->text = text;
  return out;
}

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(bytes.size() == kV6 ? AF_INET6 : AF_INET, bytes.data(), buffer.data(), buffer.size());
  return buffer.data();
}

const Network* network_in(const Value& value, bool cidr) {
  const auto* const network = value.as<std::shared_ptr<const Network>>();
  return network != nullptr && ((*network)->prefix >= 0) == cidr ? network->get() : nullptr;
}

Value value_of(Network network) {
  return Value(std::make_shared<const Network>(std::move(network)));
}

// Whether the first `prefix` bits are the same.
bool same_prefix(const Network& a, const Network& b, int prefix) {
  if (a.bytes.size() != b.bytes.size()) return false;
  for (std::size_t i = 0; i < a.bytes.size(); ++i) {
    const int bits = std::clamp(prefix - static_cast<int>(i * 8), 0, 8);
    const auto mask = static_cast<std::uint8_t>(0xFF00U >> static_cast<unsigned>(bits));
    if ((a.bytes[i] & mask) != (b.bytes[i] & mask)) return false;
  }
  return true;
}

Outcome is_ip(const Call& call) {
  if (call.arguments[0].as<Text>() == nullptr) return no_overload("isIP", call.arguments);
  return Value(parse_ip(call.arguments[0].text()).has_value());
}

Outcome to_ip(const Call& call) {
  if (call.arguments[0].as<Text>() == nullptr) return no_overload("ip", call.arguments);
  auto out = parse_ip(call.arguments[0].text());
  if (!out)
    return tl::unexpected<std::string>(
        fmt::format("\"{}\" is no address", call.arguments[0].text()));
  return value_of(std::move(*out));
}

Outcome is_canonical(const Call& call) {
  const auto out = parse_ip(call.arguments[0].text());
  if (!out)
    return tl::unexpected<std::string>(
        fmt::format("\"{}\" is no address", call.arguments[0].text()));
  return Value(text_of(out->bytes) == call.arguments[0].text());
}

Outcome is_cidr(const Call& call) {
  if (call.arguments[0].as<Text>() == nullptr) return no_overload("isCIDR", call.arguments);
  return Value(parse_cidr(call.arguments[0].text()).has_value());
}

Outcome to_cidr(const Call& call) {
  if (call.arguments[0].as<Text>() == nullptr) return no_overload("cidr", call.arguments);
  auto out = parse_cidr(call.arguments[0].text());
  if (!out)
    return tl::unexpected<std::string>(
        fmt::format("\"{}\" is no network", call.arguments[0].text()));
  return value_of(std::move(*out));
}

Outcome family(const Call& call) {
  const Network* ip = network_in(call.arguments[0], false);
  if (ip == nullptr) return no_overload("family", call.arguments);
  return Value(std::int64_t{ip->bytes.size() == kV6 ? 6 : 4});
}

bool is_unspecified(const Network& ip) {
  return std::all_of(ip.bytes.begin(), ip.bytes.end(), [](std::uint8_t b) { return b == 0; });
}

bool is_loopback(const Network& ip) {
  if (ip.bytes.size() == kV4) return ip.bytes[0] == 127;
  return ip.bytes.back() == 1 &&
         std::all_of(ip.bytes.begin(), ip.bytes.end() - 1, [](std::uint8_t b) { return b == 0; });
}

bool is_link_local(const Network& ip) {
  if (ip.bytes.size() == kV4) return ip.bytes[0] == 169 && ip.bytes[1] == 254;
  return ip.bytes[0] == 0xFE && (ip.bytes[1] & 0xC0U) == 0x80U;
}

bool is_multicast(const Network& ip) {
  return ip.bytes.size() == kV4 ? (ip.bytes[0] & 0xF0U) == 0xE0U : ip.bytes[0] == 0xFF;
}

bool is_link_local_multicast(const Network& ip) {
  if (ip.bytes.size() == kV4) return ip.bytes[0] == 224 && ip.bytes[1] == 0 && ip.bytes[2] == 0;
  return ip.bytes[0] == 0xFF && (ip.bytes[1] & 0x0FU) == 2;
}

bool is_global(const Network& ip) {
  const bool broadcast =
      ip.bytes.size() == kV4 &&
      std::all_of(ip.bytes.begin(), ip.bytes.end(), [](std::uint8_t b) { return b == 0xFF; });
  return !broadcast && !is_unspecified(ip) && !is_loopback(ip) && !is_link_local(ip) &&
         !is_multicast(ip);
}

template <bool (*Test)(const Network&)>
Outcome ask(const Call& call) {
  const Network* ip = network_in(call.arguments[0], false);
  if (ip == nullptr) return no_overload("a test of addresses", call.arguments);
  return Value(Test(*ip));
}

// The second argument as an address or a network, also when it is given as text.
std::optional<Network> other(const Call& call, bool cidr) {
  if (const Network* network = network_in(call.arguments[1], cidr)) return *network;
  const std::string_view text = call.arguments[1].text();
  return cidr ? parse_cidr(text) : parse_ip(text);
}

Outcome contains_ip(const Call& call) {
  const Network* network = network_in(call.arguments[0], true);
  const auto ip = other(call, false);
  if (network == nullptr || !ip) return no_overload("containsIP", call.arguments);
  return Value(same_prefix(*network, *ip, network->prefix));
}

Outcome contains_cidr(const Call& call) {
  const Network* network = network_in(call.arguments[0], true);
  const auto inner = other(call, true);
  if (network == nullptr || !inner) return no_overload("containsCIDR", call.arguments);
  return Value(inner->prefix >= network->prefix && same_prefix(*network, *inner, network->prefix));
}

Outcome ip_of(const Call& call) {
  const Network* network = network_in(call.arguments[0], true);
  if (network == nullptr) return no_overload("ip", call.arguments);
  return value_of({network->bytes, -1, text_of(network->bytes)});
}

Outcome masked(const Call& call) {
  const Network* network = network_in(call.arguments[0], true);
  if (network == nullptr) return no_overload("masked", call.arguments);
  Network out = *network;
  for (std::size_t i = 0; i < out.bytes.size(); ++i) {
    const int bits = std::clamp(out.prefix - static_cast<int>(i * 8), 0, 8);
    out.bytes[i] &= static_cast<std::uint8_t>(0xFF00U >> static_cast<unsigned>(bits));
  }
  out.text = fmt::format("{}/{}", text_of(out.bytes), out.prefix);
  return value_of(std::move(out));
}

Outcome prefix_length(const Call& call) {
  const Network* network = network_in(call.arguments[0], true);
  if (network == nullptr) return no_overload("prefixLength", call.arguments);
  return Value(static_cast<std::int64_t>(network->prefix));
}

constexpr Function kFunctions[] = {
    {"isIP", false, 1, 1, is_ip},
    {"ip", false, 1, 1, to_ip},
    {"ip.isCanonical", false, 1, 1, is_canonical},
    {"isCIDR", false, 1, 1, is_cidr},
    {"cidr", false, 1, 1, to_cidr},
    {"family", true, 1, 1, family},
    {"isUnspecified", true, 1, 1, ask<is_unspecified>},
    {"isLoopback", true, 1, 1, ask<is_loopback>},
    {"isLinkLocalUnicast", true, 1, 1, ask<is_link_local>},
    {"isLinkLocalMulticast", true, 1, 1, ask<is_link_local_multicast>},
    {"isGlobalUnicast", true, 1, 1, ask<is_global>},
    {"containsIP", true, 2, 2, contains_ip},
    {"containsCIDR", true, 2, 2, contains_cidr},
    {"ip", true, 1, 1, ip_of},
    {"masked", true, 1, 1, masked},
    {"prefixLength", true, 1, 1, prefix_length},
};

}  // namespace

std::span<const Function> network_functions() {
  return kFunctions;
}

}  // namespace egressctl::cel
