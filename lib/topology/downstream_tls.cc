#include "lib/topology/downstream_tls.h"

#include <array>

#include <fmt/format.h>

namespace egressctl::topology {
namespace {

using resource::ServerTlsMode;

constexpr std::array<std::string_view, 4> kSchemes = {"kubernetes://", "kubernetes-gateway://",
                                                      "configmap://", "invalid://"};

TlsKind kind_of(ServerTlsMode mode) {
  switch (mode) {
    case ServerTlsMode::IstioMutual: return TlsKind::IstioMutual;
    case ServerTlsMode::Mutual: return TlsKind::Mutual;
    case ServerTlsMode::OptionalMutual: return TlsKind::OptionalMutual;
    default: return TlsKind::Simple;
  }
}

std::vector<std::string> to_strings(const resource::Texts& texts) {
  std::vector<std::string> out;
  for (const resource::Text& text : *texts) out.push_back(*text);
  return out;
}

std::vector<std::string> certificates_of(const resource::ServerTls& tls, ServerTlsMode mode) {
  std::vector<std::string> out;
  if (mode == ServerTlsMode::IstioMutual) return {"default"};
  for (const resource::Text& name : *tls.credential_names) out.push_back(secret_name(*name));
  if (!out.empty()) return out;
  if (!tls.credential_name->empty()) return {secret_name(*tls.credential_name)};
  const auto file = [](std::string_view certificate, std::string_view key) {
    std::string name = file_secret_name(certificate, key);
    return name.empty() ? std::string("default") : name;
  };
  for (const auto& certificate : *tls.tls_certificates)
    out.push_back(file(*certificate->server_certificate, *certificate->private_key));
  if (out.empty()) out.push_back(file(*tls.server_certificate, *tls.private_key));
  return out;
}

// Whose certificates clients must show.
std::string trust_of(const resource::ServerTls& tls, ServerTlsMode mode) {
  if (mode == ServerTlsMode::IstioMutual) return "ROOTCA";
  if (!tls.credential_name->empty()) return secret_name(*tls.credential_name + "-cacert");
  if (!tls.credential_names->empty())
    return secret_name(*tls.credential_names->front() + "-cacert");
  return tls.ca_certificates->empty() ? "ROOTCA"
                                      : fmt::format("file-root:{}", *tls.ca_certificates);
}

}  // namespace

std::string secret_name(std::string_view credential) {
  if (credential == "builtin://") return "default";
  for (const std::string_view scheme : kSchemes)
    if (credential.starts_with(scheme)) return std::string(credential);
  return fmt::format("kubernetes://{}", credential);
}

std::string file_secret_name(std::string_view certificate, std::string_view key) {
  if (certificate.empty() || key.empty()) return {};
  return fmt::format("file-cert:{}~{}", certificate, key);
}

std::optional<DownstreamTls> downstream_tls(const GatewayServer& server) {
  if (!server.has_tls() || server.passes_tls_through()) return std::nullopt;
  const resource::Positioned<resource::ServerTls>& tls = server.spec().tls;
  const ServerTlsMode mode = *tls->mode;
  const bool http =
      resource::is_http(server.protocol()) || server.protocol() == resource::Protocol::Https;
  DownstreamTls out;
  out.kind = kind_of(mode);
  out.causes = {{server.resource, tls->mode.present() ? tls->mode.range : tls.range}};
  out.require_client_certificate =
      mode == ServerTlsMode::Mutual || mode == ServerTlsMode::IstioMutual;
  if (mode == ServerTlsMode::IstioMutual && !http) {
    out.alpn = {"istio-peer-exchange", "h2", "http/1.1"};
  } else {
    out.alpn = {"h2", "http/1.1"};
  }
  out.certificates = certificates_of(*tls, mode);
  // With a credential even a server that asks for no certificate lists names.
  const bool credential = mode != ServerTlsMode::IstioMutual &&
                          (!tls->credential_name->empty() || !tls->credential_names->empty());
  if (out.require_client_certificate || mode == ServerTlsMode::OptionalMutual || credential)
    out.subject_alt_names = to_strings(tls->subject_alt_names);
  if (out.require_client_certificate || mode == ServerTlsMode::OptionalMutual)
    out.trust = trust_of(*tls, mode);
  return out;
}

}  // namespace egressctl::topology
