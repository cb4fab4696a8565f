// The words that the spec has for enum values: one table for the reader, the schema and messages.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "lib/spec/spec.h"

namespace egressctl::spec {

// A word that may stand in a spec, and the enum value it stands for.
struct Word {
  std::string_view text;
  int value = 0;  // of the enum, as its underlying type
  std::string_view meaning;
};

// A Word for a value of any enum.
template <typename E>
[[nodiscard]] constexpr Word word(std::string_view text, E value, std::string_view meaning) {
  return {text, static_cast<int>(value), meaning};
}

// The words as in "a, b or c".
[[nodiscard]] std::string one_of(std::span<const Word> words);

inline constexpr std::array kViaWords = {
    word("gateway", Via::Gateway, "named hosts, each at its own address"),
    word("common-host", Via::CommonHost, "a wildcard all of whose names commonHost serves"),
    word("sni-proxy", Via::SniProxy, "any hosts: the gateway resolves the name in the inner SNI"),
    word("direct", Via::Direct, "from the client's sidecar, without the gateway"),
    word("originate", Via::Originate, "plain HTTP from the client, TLS from the gateway on"),
};

inline constexpr std::array kOutboundWords = {
    word("REGISTRY_ONLY", Outbound::RegistryOnly, "sidecars drop what no destination lists"),
    word("ALLOW_ANY", Outbound::AllowAny, "sidecars send what no destination lists straight out"),
};

inline constexpr std::array kInnerSniWords = {
    word("off", InnerSni::Off, "the gateway does not look at it"),
    word("allow-list", InnerSni::AllowList, "it must be one of the destination's hosts"),
    word("strict", InnerSni::Strict, "as allow-list, and it must equal the outer SNI"),
};

// Without Resolution::Automatic, which is what a spec without the key means.
inline constexpr std::array kResolutionWords = {
    word("none", Resolution::None, "the address that the client dialled"),
    word("dns", Resolution::Dns, "the sidecar resolves the names"),
    word("dynamic-dns", Resolution::DynamicDns,
         "the sidecar resolves what a wildcard stands for; from Istio 1.30 on"),
};

// The words of Envoy's DnsLookupFamily; the spec keeps them as text.
inline constexpr std::array kLookupFamilyWords = {
    Word{"V4_ONLY", 0, "IPv4"},
    Word{"V6_ONLY", 1, "IPv6"},
    Word{"V4_PREFERRED", 2, "IPv4, else IPv6"},
    Word{"AUTO", 3, "IPv6, else IPv4"},
    Word{"ALL", 4, "both, tried in turn (Happy Eyeballs)"},
};

inline constexpr std::array kApiVersionWords = {Word{"egressctl/v1", 0, {}}};
inline constexpr std::array kKindWords = {Word{"Egress", 0, {}}};

}  // namespace egressctl::spec
