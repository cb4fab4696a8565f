// What went wrong in TLS, in the words that Envoy's access log has for it.
//
// Source: BoringSSL's include/openssl/ssl.h (SSL_R_*), whose numbers Envoy prints: those of alerts
// are 1000 and the alert's own (RFC 8446 6).
#pragma once

#include <string>

struct gnutls_session_int;

namespace egressctl::forward {

// "TLS_error:|268436498:SSL routines:OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE:TLS_error_end",
// for an alert that the other end has sent.
[[nodiscard]] std::string words_of_alert(int alert);

// For an error that GnuTLS gave.
[[nodiscard]] std::string words_of_tls_error(int error);

// For an error that the socket gave (errno).
[[nodiscard]] std::string words_of_socket_error(int error);

// The cipher suite and the group of a session whose hands are shaken, by OpenSSL's names.
[[nodiscard]] std::string words_of_cipher(gnutls_session_int* session);
[[nodiscard]] std::string words_of_group(gnutls_session_int* session);

}  // namespace egressctl::forward
