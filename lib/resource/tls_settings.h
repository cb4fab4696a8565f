// TLS as a server (Gateway, Sidecar ingress) and as a client (DestinationRule) have it.
//
// Source: istio.io/docs/reference/config/networking/gateway/#ServerTLSSettings and
// .../destination-rule/#ClientTLSSettings.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

enum class ServerTlsMode {
  Passthrough,  // the default
  Simple,
  Mutual,
  AutoPassthrough,
  IstioMutual,
  OptionalMutual,
  Unknown,
};

enum class TlsVersion { Auto, Tls10, Tls11, Tls12, Tls13, Unknown };

struct TlsCertificate {
  Text server_certificate;
  Text private_key;
  Text ca_certificates;
};

struct ServerTls {
  Flag https_redirect;
  Positioned<ServerTlsMode> mode;
  Text server_certificate;
  Text private_key;
  Text ca_certificates;
  Text ca_crl;
  Text credential_name;
  Texts credential_names;
  Text ca_cert_credential_name;
  List<TlsCertificate> tls_certificates;
  Texts subject_alt_names;
  Texts verify_certificate_spki;
  Texts verify_certificate_hash;
  Positioned<TlsVersion> min_protocol_version;
  Positioned<TlsVersion> max_protocol_version;
  Texts cipher_suites;
  Flag insecure_skip_verify;
};

enum class ClientTlsMode {
  Disable,  // the default
  Simple,
  Mutual,
  IstioMutual,
  Unknown,
};

struct ClientTls {
  Positioned<ClientTlsMode> mode;
  Text client_certificate;
  Text private_key;
  Text ca_certificates;
  Text credential_name;
  Texts subject_alt_names;
  Text sni;  // absent: made from subset, port and host for ISTIO_MUTUAL, else none
  Flag insecure_skip_verify;
  Text ca_crl;
};

[[nodiscard]] ServerTls read_server_tls(const Fields& in);
[[nodiscard]] ClientTls read_client_tls(const Fields& in);

}  // namespace egressctl::resource
