#include "lib/resource/tls_settings.h"

namespace egressctl::resource {
namespace {

constexpr Word<ServerTlsMode> kServerModes[] = {
    {"PASSTHROUGH", ServerTlsMode::Passthrough},
    {"SIMPLE", ServerTlsMode::Simple},
    {"MUTUAL", ServerTlsMode::Mutual},
    {"AUTO_PASSTHROUGH", ServerTlsMode::AutoPassthrough},
    {"ISTIO_MUTUAL", ServerTlsMode::IstioMutual},
    {"OPTIONAL_MUTUAL", ServerTlsMode::OptionalMutual}};

constexpr Word<TlsVersion> kVersions[] = {{"TLS_AUTO", TlsVersion::Auto},
                                          {"TLSV1_0", TlsVersion::Tls10},
                                          {"TLSV1_1", TlsVersion::Tls11},
                                          {"TLSV1_2", TlsVersion::Tls12},
                                          {"TLSV1_3", TlsVersion::Tls13}};

constexpr Word<ClientTlsMode> kClientModes[] = {{"DISABLE", ClientTlsMode::Disable},
                                                {"SIMPLE", ClientTlsMode::Simple},
                                                {"MUTUAL", ClientTlsMode::Mutual},
                                                {"ISTIO_MUTUAL", ClientTlsMode::IstioMutual}};

TlsCertificate read_certificate(const Fields& in) {
  return {.server_certificate = in.text("serverCertificate"),
          .private_key = in.text("privateKey"),
          .ca_certificates = in.text("caCertificates")};
}

}  // namespace

ServerTls read_server_tls(const Fields& in) {
  return {.https_redirect = in.flag("httpsRedirect"),
          .mode = in.choice("mode", kServerModes),
          .server_certificate = in.text("serverCertificate"),
          .private_key = in.text("privateKey"),
          .ca_certificates = in.text("caCertificates"),
          .ca_crl = in.text("caCrl"),
          .credential_name = in.text("credentialName"),
          .credential_names = in.texts("credentialNames"),
          .ca_cert_credential_name = in.text("caCertCredentialName"),
          .tls_certificates = in.objects("tlsCertificates", read_certificate),
          .subject_alt_names = in.texts("subjectAltNames"),
          .verify_certificate_spki = in.texts("verifyCertificateSpki"),
          .verify_certificate_hash = in.texts("verifyCertificateHash"),
          .min_protocol_version = in.choice("minProtocolVersion", kVersions),
          .max_protocol_version = in.choice("maxProtocolVersion", kVersions),
          .cipher_suites = in.texts("cipherSuites"),
          .insecure_skip_verify = in.flag("insecureSkipVerify")};
}

ClientTls read_client_tls(const Fields& in) {
  return {.mode = in.choice("mode", kClientModes),
          .client_certificate = in.text("clientCertificate"),
          .private_key = in.text("privateKey"),
          .ca_certificates = in.text("caCertificates"),
          .credential_name = in.text("credentialName"),
          .subject_alt_names = in.texts("subjectAltNames"),
          .sni = in.text("sni"),
          .insecure_skip_verify = in.flag("insecureSkipVerify"),
          .ca_crl = in.text("caCrl")};
}

}  // namespace egressctl::resource
