#include "lib/trace/handshake.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/envoy/visit.h"

namespace egressctl::trace {
namespace {

using topology::FilterChain;
using topology::TlsKind;

// Requests in the clear are read here.
bool is_plain_http(const FilterChain& chain) {
  return chain.match.server_names.empty() && !chain.target().route_config.empty();
}

std::vector<std::string> shown(const std::vector<std::string>& certificates,
                               const std::string& identity) {
  std::vector<std::string> out = certificates;
  std::replace(out.begin(), out.end(), std::string("default"), identity);
  return out;
}

// What Envoy 1.40 reports of an answer in plain text, and of a certificate that BoringSSL refuses.
constexpr std::string_view kNoTls =
    "TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end";

std::string verify_failure(std::string_view why) {
  return fmt::format(
      "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:"
      "verify_cert_failed:{}:TLS_error_end",
      why);
}

}  // namespace

std::uint32_t forwarded_port(const topology::NetworkFilter& sni_forwarder) {
  if (sni_forwarder.config == nullptr) return 0;
  const yaml::Node* port = envoy::find_value(*sni_forwarder.config, "port_value");
  return port != nullptr ? parse_number<std::uint32_t>(port->scalar).value_or(0) : 0;
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

std::optional<topology::UpstreamTls> tls_to(const topology::Cluster& cluster,
                                            const topology::Endpoint& endpoint) {
  if (cluster.tls) return cluster.tls;
  if (!endpoint.mutual_tls || cluster.tls_matches.empty()) return std::nullopt;
  return cluster.tls_matches.front().tls;
}

HopTls describe_tls(const topology::UpstreamTls& tls, std::string sni,
                    const std::string& identity) {
  HopTls out;
  out.kind = tls.kind;
  out.sni = std::move(sni);
  out.alpn = tls.alpn;
  out.subject_alt_names = tls.subject_alt_names;
  out.verified = !tls.trust.empty();
  out.trust = tls.trust;
  out.shown = shown(tls.certificates, identity);
  return out;
}

EndedTls describe_tls(const topology::DownstreamTls& tls, const std::string& identity) {
  EndedTls out;
  out.kind = tls.kind;
  out.shown = shown(tls.certificates, identity);
  out.asks = tls.require_client_certificate || tls.kind == TlsKind::OptionalMutual;
  out.trust = tls.trust;
  out.subject_alt_names = tls.subject_alt_names;
  return out;
}

std::optional<HandshakeProblem> handshake_problem(const FilterChain& chain,
                                                  const std::optional<topology::UpstreamTls>& tls,
                                                  bool any_tls, const std::string& own_name) {
  const bool mutual = tls && tls->kind == TlsKind::IstioMutual;
  const auto problem = [](std::string words, std::string seen = {}) {
    return HandshakeProblem{std::move(words), std::move(seen), false};
  };
  if (!chain.tls) {
    if (any_tls && is_plain_http(chain))
      return HandshakeProblem{.words = "the gateway expects plain HTTP, and TLS arrives",
                              .seen_by_client = tls ? std::string(kNoTls) : std::string(),
                              .answered = true};
    if (!mutual) return std::nullopt;
    return problem("the gateway passes the mesh's mTLS on to the host, which does not know it",
                   verify_failure("*"));
  }
  if (!any_tls) return problem("the gateway expects TLS, the client sends plain text");
  if (chain.tls->kind == TlsKind::IstioMutual && !mutual)
    return problem(tls ? "the gateway asks for a certificate of the mesh, and the TLS that a "
                         "DestinationRule makes shows none of these"
                       : "the gateway asks for a certificate of the mesh, the client shows none");
  if (mutual && chain.tls->kind != TlsKind::IstioMutual)
    return problem("the gateway's certificate is none of the mesh's, which the client asks for",
                   verify_failure("*"));
  if (!mutual) return std::nullopt;
  const auto& names = tls->subject_alt_names;
  if (names.empty() || std::find(names.begin(), names.end(), own_name) != names.end())
    return std::nullopt;
  return problem(fmt::format("the gateway is \"{}\", the client accepts {} alone", own_name,
                             join(names, ", ")),
                 verify_failure(fmt::format("_SAN_matcher,_certificate_SANs_are_[{}]", own_name)));
}

}  // namespace egressctl::trace
