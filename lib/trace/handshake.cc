#include "lib/trace/handshake.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/envoy/visit.h"

namespace egressctl::trace {
namespace {

using topology::FilterChain;
using topology::TlsKind;

// HTTP or TCP in the clear ends here, whatever TLS the next hop makes.
bool is_plain(const FilterChain& chain) {
  return chain.match.server_names.empty() && !chain.target().route_config.empty();
}

}  // namespace

bool forwards_by_sni(const FilterChain& chain) {
  return chain.filter(topology::kSniForwardProxy) != nullptr ||
         chain.filter(topology::kOwnSniForwardProxy) != nullptr;
}

bool forwards_sni(const FilterChain& chain) {
  for (const topology::NetworkFilter& filter : chain.filters) {
    if (filter.config == nullptr) continue;
    const yaml::Node* values = envoy::find_value(*filter.config, "on_new_connection");
    if (values == nullptr) continue;
    for (const yaml::Node& value : values->items) {
      const yaml::Node* key = envoy::find_value(value, "object_key");
      if (key != nullptr && key->scalar == "envoy.network.upstream_server_name") return true;
    }
  }
  return false;
}

std::optional<std::string> handshake_problem(const FilterChain& chain,
                                             const std::optional<topology::UpstreamTls>& tls,
                                             bool any_tls, const std::string& own_name) {
  const bool mutual = tls && tls->kind == TlsKind::IstioMutual;
  if (!chain.tls) {
    if (!mutual || is_plain(chain)) return std::nullopt;
    return "the gateway passes the mesh's mTLS on to the host, which does not know it";
  }
  if (!any_tls) return "the gateway expects TLS, the client sends plain text";
  if (chain.tls->kind == TlsKind::IstioMutual && !mutual)
    return "the gateway asks for a certificate of the mesh, the client shows none";
  if (mutual && chain.tls->kind != TlsKind::IstioMutual)
    return "the gateway's certificate is none of the mesh's";
  if (!mutual) return std::nullopt;
  const auto& names = tls->subject_alt_names;
  if (names.empty() || std::find(names.begin(), names.end(), own_name) != names.end())
    return std::nullopt;
  return fmt::format("the gateway is \"{}\", the client accepts {} alone", own_name,
                     join(names, ", "));
}

}  // namespace egressctl::trace
