#include "lib/trace/words.h"

#include <fmt/format.h>

#include "lib/base/text.h"

namespace egressctl::trace {

std::string describe(const topology::FilterChainMatch& match) {
  std::vector<std::string> out;
  if (!match.server_names.empty()) out.push_back("SNI " + join(match.server_names, ", "));
  if (!match.transport_protocol.empty()) out.push_back("transport " + match.transport_protocol);
  if (!match.application_protocols.empty())
    out.push_back("ALPN " + join(match.application_protocols, ", "));
  if (!match.prefix_ranges.empty()) out.push_back("address " + join(match.prefix_ranges, ", "));
  if (match.destination_port) out.push_back(fmt::format("port {}", *match.destination_port));
  return out.empty() ? "every connection" : join(out, "; ");
}

std::string at(std::string_view host, std::int64_t port) {
  return host.find(':') == std::string_view::npos ? fmt::format("{}:{}", host, port)
                                                  : fmt::format("[{}]:{}", host, port);
}

std::string_view to_string(Place place) {
  switch (place) {
    case Place::Pod: return "pod";
    case Place::Sidecar: return "sidecar";
    case Place::Gateway: return "gateway";
    case Place::InternalListener: return "internal listener";
  }
  return {};
}

std::string_view to_string(topology::TlsKind kind) {
  switch (kind) {
    case topology::TlsKind::IstioMutual: return "mTLS of the mesh";
    case topology::TlsKind::Mutual: return "mTLS";
    case topology::TlsKind::OptionalMutual:
    case topology::TlsKind::Simple: return "TLS";
  }
  return {};
}

std::string describe(const HopTls& tls) {
  std::string out(to_string(tls.kind));
  out += tls.sni.empty() ? ", no SNI" : ", SNI " + tls.sni;
  if (!tls.alpn.empty()) out += ", ALPN " + join(tls.alpn, ", ");
  if (!tls.subject_alt_names.empty()) out += ", SAN " + join(tls.subject_alt_names, ", ");
  if (!tls.trust.empty()) out += ", CA " + tls.trust;
  if (!tls.verified) out += ", server not verified";
  out += tls.shown.empty() ? ", no certificate" : ", shows " + join(tls.shown, ", ");
  return out;
}

std::string describe(const EndedTls& tls) {
  std::string out = fmt::format("{}, shows {}", to_string(tls.kind), join(tls.shown, ", "));
  if (!tls.asks) return out;
  out += ", asks for a certificate of " + tls.trust;
  if (!tls.subject_alt_names.empty()) out += ", SAN " + join(tls.subject_alt_names, ", ");
  return out;
}

std::string client_name(const Request& request) {
  return fmt::format("{}/{}", request.client.name_space, request.client.name);
}

}  // namespace egressctl::trace
