#include "lib/resource/validation/server_tls.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "lib/base/text.h"
#include "lib/resource/validation/rules.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

// Those that BoringSSL has, by OpenSSL's names.
constexpr std::string_view kCiphers[] = {"ECDHE-ECDSA-AES128-GCM-SHA256",
                                         "ECDHE-RSA-AES128-GCM-SHA256",
                                         "ECDHE-ECDSA-AES256-GCM-SHA384",
                                         "ECDHE-RSA-AES256-GCM-SHA384",
                                         "ECDHE-ECDSA-CHACHA20-POLY1305",
                                         "ECDHE-RSA-CHACHA20-POLY1305",
                                         "ECDHE-ECDSA-AES128-SHA",
                                         "ECDHE-RSA-AES128-SHA",
                                         "ECDHE-ECDSA-AES256-SHA",
                                         "ECDHE-RSA-AES256-SHA",
                                         "AES128-GCM-SHA256",
                                         "AES256-GCM-SHA384",
                                         "AES128-SHA",
                                         "AES256-SHA",
                                         "DES-CBC3-SHA"};

// Expressions of OpenSSL's cipher lists start with '-', '+', '!', '[' and are not looked into.
bool is_cipher(std::string_view text) {
  if (text.empty() || text == "ALL") return true;
  const char c = text.front();
  const bool word =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
  return !word || std::find(std::begin(kCiphers), std::end(kCiphers), text) != std::end(kCiphers);
}

template <typename Finding>
void offer_removal(Finding& finding, const yaml::Node* mapping, std::string_view key) {
  if (mapping == nullptr) return;
  if (auto edit = yaml::remove_entry(*mapping, key))
    finding.fix({.title = fmt::format("remove \"{}\"", key), .safe = true, .edits = {*edit}});
}

void check_ciphers(Report& report, const ServerTls& tls) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < tls.cipher_suites->size(); ++i) {
    const Text& cipher = (*tls.cipher_suites)[i];
    if (!is_cipher(*cipher)) {
      std::string help = did_you_mean(*cipher, kCiphers);
      if (help.empty())
        help =
            "Envoy takes BoringSSL's ciphers by OpenSSL's names; TLS 1.3 has "
            "ciphers of its own, which can't be chosen";
      report
          .warning(kWeakServerTls, cipher.range, "cipher \"{}\" is unknown and will be left out",
                   *cipher)
          .help(std::move(help));
    } else if (!seen.insert(*cipher).second) {
      auto finding = report.warning(kWeakServerTls, cipher.range,
                                    "cipher \"{}\" is in the list twice", *cipher);
      if (auto edit = yaml::remove_item(*tls.cipher_suites.node, i))
        finding.fix({.title = "remove the second one", .safe = true, .edits = {*edit}});
    }
  }
}

void check_versions(Report& report, const ServerTls& tls) {
  const auto& version = tls.min_protocol_version;
  if (*version != TlsVersion::Tls10 && *version != TlsVersion::Tls11) return;
  if (!tls.cipher_suites->empty()) return;
  report
      .warning(kWeakServerTls, version.range,
               "\"minProtocolVersion\" is {}, but no cipher that old peers know is enabled",
               version.text())
      .help("list their ciphers in \"cipherSuites\", or ask for TLSV1_2");
}

// Says of each certificate field that is there that it does not go with the mode.
void check_istio_mutual(Report& report, const Positioned<ServerTls>& tls) {
  const auto refuse = [&](const auto& field, std::string_view key) {
    if (field->empty()) return;
    auto finding = report.error(kIstioMutualWithCertificates, field.range,
                                "mode ISTIO_MUTUAL has the mesh's own certificates, so it can't "
                                "have \"{}\"",
                                key);
    finding.help(fmt::format("remove \"{}\", or use mode MUTUAL for certificates of your own", key))
        .related(tls->mode.range, "the mode");
    offer_removal(finding, tls.node, key);
  };
  refuse(tls->server_certificate, "serverCertificate");
  refuse(tls->private_key, "privateKey");
  refuse(tls->ca_certificates, "caCertificates");
  refuse(tls->tls_certificates, "tlsCertificates");
  refuse(tls->credential_name, "credentialName");
  refuse(tls->credential_names, "credentialNames");
}

void warn_of_unused(Report& report, const Positioned<ServerTls>& tls) {
  const auto warn = [&](const auto& field, std::string_view key) {
    if (field->empty()) return;
    auto finding = report.warning(kWeakServerTls, field.range,
                                  "mode {} passes TLS on as it is, so \"{}\" is never used",
                                  tls->mode.present() ? tls->mode.text() : "PASSTHROUGH", key);
    finding.help("remove it, or terminate TLS with mode SIMPLE or MUTUAL");
    offer_removal(finding, tls.node, key);
  };
  warn(tls->ca_crl, "caCrl");
  warn(tls->server_certificate, "serverCertificate");
  warn(tls->private_key, "privateKey");
  warn(tls->ca_certificates, "caCertificates");
  warn(tls->tls_certificates, "tlsCertificates");
  warn(tls->credential_name, "credentialName");
  warn(tls->credential_names, "credentialNames");
}

void check_sources(Report& report, const ServerTls& tls) {
  SourceRange places[4];
  std::size_t count = 0;
  const auto add = [&](bool used, SourceRange range) {
    if (used) places[count++] = range;
  };
  add(!tls.server_certificate->empty() && !tls.private_key->empty(), tls.server_certificate.key);
  add(!tls.credential_name->empty(), tls.credential_name.key);
  add(!tls.credential_names->empty(), tls.credential_names.key);
  add(!tls.tls_certificates->empty(), tls.tls_certificates.key);
  if (count < 2) return;
  report
      .error(kInvalidServerTls, places[1],
             "the server's certificate is given in {} ways, expected one of credentialName, "
             "credentialNames, tlsCertificates, and serverCertificate with privateKey",
             count)
      .related(places[0], "the first one");
}

template <typename T>
void check_pair(Report& report, const Positioned<T>& parent, const Text& certificate,
                const Text& key, std::string_view mode) {
  if (certificate->empty())
    report
        .missing(kInvalidServerTls, parent, certificate, "serverCertificate",
                 "mode {} needs a server certificate", mode)
        .help("give \"credentialName\", or \"serverCertificate\" and \"privateKey\"");
  if (key->empty())
    report
        .missing(kInvalidServerTls, parent, key, "privateKey", "mode {} needs a private key", mode)
        .help("give \"credentialName\", or \"serverCertificate\" and \"privateKey\"");
}

void check_files(Report& report, const Positioned<ServerTls>& tls) {
  const std::string_view mode = tls->mode.text();
  if (*tls->mode != ServerTlsMode::Simple && tls->ca_certificates->empty())
    report
        .missing(kInvalidServerTls, tls, tls->ca_certificates, "caCertificates",
                 "mode {} needs the CA certificates that sign clients' certificates", mode)
        .help("give \"credentialName\", or \"caCertificates\"");
  if (tls->tls_certificates->size() > 2)
    report.warning(kWeakServerTls, tls->tls_certificates.key,
                   "mode {} takes two server certificates at most, found {}", mode,
                   tls->tls_certificates->size());
  if (tls->tls_certificates->empty())
    return check_pair(report, tls, tls->server_certificate, tls->private_key, mode);
  for (const Positioned<TlsCertificate>& each : *tls->tls_certificates)
    check_pair(report, each, each->server_certificate, each->private_key, mode);
}

void check_crl(Report& report, const ServerTls& tls) {
  if (tls.ca_crl->empty()) return;
  if (!tls.credential_name->empty())
    report
        .error(kInvalidServerTls, tls.ca_crl.range,
               "\"caCrl\" can't stand beside \"credentialName\"")
        .help("put the list into the Secret, under the key \"ca.crl\"");
  if (*tls.mode == ServerTlsMode::Simple)
    report.error(kInvalidServerTls, tls.ca_crl.range,
                 "mode SIMPLE asks for no client certificates, so it can't have \"caCrl\"");
}

}  // namespace

void check_server_tls(Report& report, const Positioned<ServerTls>& tls) {
  check_versions(report, *tls);
  check_ciphers(report, *tls);
  switch (*tls->mode) {
    case ServerTlsMode::IstioMutual: return check_istio_mutual(report, tls);
    case ServerTlsMode::Passthrough:
    case ServerTlsMode::AutoPassthrough:
      warn_of_unused(report, tls);
      check_sources(report, *tls);
      break;
    case ServerTlsMode::Simple:
    case ServerTlsMode::Mutual:
    case ServerTlsMode::OptionalMutual:
      check_sources(report, *tls);
      // Credentials are fetched: what they hold is not known here.
      if (!tls->credential_name->empty() || !tls->credential_names->empty()) return;
      check_files(report, tls);
      break;
    case ServerTlsMode::Unknown: return;
  }
  check_crl(report, *tls);
}

}  // namespace egressctl::resource::validation
