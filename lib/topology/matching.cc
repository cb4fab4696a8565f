#include "lib/topology/matching.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>

#include <re2/re2.h>

#include "lib/base/text.h"

namespace egressctl::topology {
namespace {

using Chains = std::vector<const FilterChain*>;

constexpr int kNoMatch = -1;

// How well each chain fits by one part of its match: kNoMatch, 0 when it asks for nothing, more for
// what is more specific. Only the best ones stay.
void keep_best(Chains& chains, const std::function<int(const FilterChainMatch&)>& score) {
  int best = kNoMatch;
  for (const FilterChain* chain : chains) best = std::max(best, score(chain->match));
  std::erase_if(chains, [&](const FilterChain* chain) {
    const int own = score(chain->match);
    return own == kNoMatch || own != best;
  });
}

struct Bytes {
  std::array<unsigned char, 16> bytes{};
  int bits = 0;  // 32 or 128; 0: no address
};

Bytes parse_address(const std::string& text) {
  Bytes out;
  if (inet_pton(AF_INET, text.c_str(), out.bytes.data()) == 1) {
    out.bits = 32;
  } else if (inet_pton(AF_INET6, text.c_str(), out.bytes.data()) == 1) {
    out.bits = 128;
  }
  return out;
}

// The length of the prefix when the address is in the range, else kNoMatch.
int prefix_score(const std::string& range, const Bytes& address) {
  const std::size_t slash = range.find('/');
  const Bytes base = parse_address(range.substr(0, slash));
  int length = base.bits;
  if (slash != std::string::npos)
    std::from_chars(range.data() + slash + 1, range.data() + range.size(), length);
  if (base.bits == 0 || base.bits != address.bits || length > base.bits) return kNoMatch;
  for (int bit = 0; bit < length; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if (((base.bytes[byte] ^ address.bytes[byte]) & mask) != 0) return kNoMatch;
  }
  return length + 1;
}

// An exact name counts more than a wildcard, a long wildcard more than a short one.
int name_score(const std::string& pattern, const std::string& name) {
  if (pattern == name) return 1 << 20;
  if (pattern == "*") return 1;
  if (!pattern.starts_with("*.")) return kNoMatch;
  const std::string_view suffix = std::string_view(pattern).substr(1);
  const bool below = name.size() > suffix.size() && std::string_view(name).ends_with(suffix);
  return below ? static_cast<int>(suffix.size()) + 1 : kNoMatch;
}

template <typename Wanted, typename Score>
int best_of(const std::vector<Wanted>& wanted, const Score& score) {
  if (wanted.empty()) return 0;
  int best = kNoMatch;
  for (const Wanted& one : wanted) best = std::max(best, score(one));
  return best;
}

bool fits(const RouteMatch& match, std::string_view path) {
  switch (match.kind) {
    case PathMatchKind::Prefix:
      if (!path.starts_with(match.path)) return false;
      break;
    case PathMatchKind::PathSeparatedPrefix:
      if (!path.starts_with(match.path)) return false;
      if (path.size() > match.path.size() && path[match.path.size()] != '/') return false;
      break;
    case PathMatchKind::Exact:
      if (path != match.path) return false;
      break;
    case PathMatchKind::Regex: {
      const RE2 regex(match.path, RE2::Quiet);
      if (!regex.ok() || !RE2::FullMatch(re2::StringPiece(path.data(), path.size()), regex))
        return false;
      break;
    }
  }
  return std::all_of(match.headers.begin(), match.headers.end(),
                     [](const ValueMatcher& header) { return header.invert; }) &&
         match.query_parameters.empty();
}

}  // namespace

const Listener* outbound_listener(const Topology& sidecar, std::string_view address,
                                  std::uint32_t port) {
  const Listener* any = nullptr;
  const Listener* rest = nullptr;
  for (const Listener& listener : sidecar.listeners) {
    if (listener.name == kVirtualOutbound) rest = &listener;
    if (listener.port != port || listener.internal || listener.name == kVirtualOutbound ||
        listener.name == kVirtualInbound)
      continue;
    if (!address.empty() && listener.address == address) return &listener;
    if (listener.address == "0.0.0.0" || listener.address == "::") any = &listener;
  }
  return any != nullptr ? any : rest;
}

const Listener* listener_on(const Topology& gateway, std::uint32_t port) {
  for (const Listener& listener : gateway.listeners)
    if (!listener.internal && listener.port == port) return &listener;
  return nullptr;
}

const FilterChain* find_chain(const Listener& listener, const Connection& connection) {
  Chains chains;
  for (const FilterChain& chain : listener.filter_chains) chains.push_back(&chain);
  const Bytes address = parse_address(connection.address);
  const std::string sni = to_lower(connection.sni);
  keep_best(chains, [&](const FilterChainMatch& match) {
    if (!match.destination_port) return 0;
    return *match.destination_port == connection.port ? 1 : kNoMatch;
  });
  keep_best(chains, [&](const FilterChainMatch& match) {
    return best_of(match.prefix_ranges,
                   [&](const std::string& range) { return prefix_score(range, address); });
  });
  keep_best(chains, [&](const FilterChainMatch& match) {
    if (match.server_names.empty()) return 0;
    if (sni.empty()) return kNoMatch;
    return best_of(match.server_names,
                   [&](const std::string& name) { return name_score(name, sni); });
  });
  keep_best(chains, [&](const FilterChainMatch& match) {
    if (match.transport_protocol.empty()) return 0;
    return match.transport_protocol == (connection.tls ? "tls" : "raw_buffer") ? 1 : kNoMatch;
  });
  keep_best(chains, [&](const FilterChainMatch& match) {
    return best_of(match.application_protocols, [&](const std::string& wanted) {
      return std::find(connection.alpn.begin(), connection.alpn.end(), wanted) !=
                     connection.alpn.end()
                 ? 1
                 : kNoMatch;
    });
  });
  if (!chains.empty()) return chains.front();
  return listener.default_filter_chain ? &*listener.default_filter_chain : nullptr;
}

const VirtualHost* find_virtual_host(const RouteConfiguration& routes, std::string_view authority) {
  const std::string host = to_lower(authority.substr(0, authority.rfind(':')));
  const VirtualHost* best = nullptr;
  int score = kNoMatch;
  for (const VirtualHost& candidate : routes.virtual_hosts)
    for (const std::string& domain : candidate.domains) {
      const int own = name_score(to_lower(domain), host);
      if (own > score) {
        score = own;
        best = &candidate;
      }
    }
  return best;
}

const Route* find_route(const VirtualHost& host, std::string_view path) {
  const auto found = std::find_if(host.routes.begin(), host.routes.end(),
                                  [&](const Route& route) { return fits(route.match, path); });
  return found != host.routes.end() ? &*found : nullptr;
}

}  // namespace egressctl::topology
