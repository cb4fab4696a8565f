#include "lib/forward/tls/tls_words.h"

#include <array>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <gnutls/gnutls.h>

namespace egressctl::forward {
namespace {

struct Named {
  int number;
  std::string_view name;
};

constexpr int kAlerts = 1000;
constexpr std::array kReasons = {
    Named{kAlerts + 10, "SSLV3_ALERT_UNEXPECTED_MESSAGE"},
    Named{kAlerts + 20, "SSLV3_ALERT_BAD_RECORD_MAC"},
    Named{kAlerts + 22, "TLSV1_ALERT_RECORD_OVERFLOW"},
    Named{kAlerts + 40, "SSLV3_ALERT_HANDSHAKE_FAILURE"},
    Named{kAlerts + 42, "SSLV3_ALERT_BAD_CERTIFICATE"},
    Named{kAlerts + 43, "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"},
    Named{kAlerts + 44, "SSLV3_ALERT_CERTIFICATE_REVOKED"},
    Named{kAlerts + 45, "SSLV3_ALERT_CERTIFICATE_EXPIRED"},
    Named{kAlerts + 46, "SSLV3_ALERT_CERTIFICATE_UNKNOWN"},
    Named{kAlerts + 47, "SSLV3_ALERT_ILLEGAL_PARAMETER"},
    Named{kAlerts + 48, "TLSV1_ALERT_UNKNOWN_CA"},
    Named{kAlerts + 49, "TLSV1_ALERT_ACCESS_DENIED"},
    Named{kAlerts + 50, "TLSV1_ALERT_DECODE_ERROR"},
    Named{kAlerts + 51, "TLSV1_ALERT_DECRYPT_ERROR"},
    Named{kAlerts + 70, "TLSV1_ALERT_PROTOCOL_VERSION"},
    Named{kAlerts + 71, "TLSV1_ALERT_INSUFFICIENT_SECURITY"},
    Named{kAlerts + 80, "TLSV1_ALERT_INTERNAL_ERROR"},
    Named{kAlerts + 90, "TLSV1_ALERT_USER_CANCELLED"},
    Named{kAlerts + 100, "TLSV1_ALERT_NO_RENEGOTIATION"},
    Named{kAlerts + 110, "TLSV1_ALERT_UNSUPPORTED_EXTENSION"},
    Named{kAlerts + 112, "TLSV1_ALERT_UNRECOGNIZED_NAME"},
    Named{kAlerts + 115, "TLSV1_ALERT_UNKNOWN_PSK_IDENTITY"},
    Named{kAlerts + 116, "TLSV1_ALERT_CERTIFICATE_REQUIRED"},
    Named{kAlerts + 120, "TLSV1_ALERT_NO_APPLICATION_PROTOCOL"},
};

std::string in_words(int reason, std::string_view name) {
  constexpr int kSslRoutines = 16 << 24;
  return fmt::format("TLS_error:|{}:SSL routines:OPENSSL_internal:{}:TLS_error_end",
                     kSslRoutines + reason, name);
}

}  // namespace

std::string words_of_alert(int alert) {
  for (const Named& reason : kReasons)
    if (reason.number == kAlerts + alert) return in_words(reason.number, reason.name);
  return in_words(kAlerts + alert, fmt::format("ALERT_{}", alert));
}

std::string words_of_tls_error(int error) {
  switch (error) {
    case GNUTLS_E_NO_CERTIFICATE_FOUND:
    case GNUTLS_E_CERTIFICATE_REQUIRED: return in_words(192, "PEER_DID_NOT_RETURN_A_CERTIFICATE");
    case GNUTLS_E_NO_CIPHER_SUITES: return in_words(184, "NO_SHARED_CIPHER");
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET: return in_words(240, "UNSUPPORTED_PROTOCOL");
    case GNUTLS_E_UNEXPECTED_PACKET: return in_words(267, "WRONG_VERSION_NUMBER");
    default: return fmt::format("TLS_error:|{}:TLS_error_end", gnutls_strerror(error));
  }
}

std::string words_of_cipher(gnutls_session_t session) {
  const bool newest = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
  const gnutls_cipher_algorithm_t cipher = gnutls_cipher_get(session);
  const auto name = [&]() -> std::string_view {
    switch (cipher) {
      case GNUTLS_CIPHER_AES_128_GCM:
        return newest ? "TLS_AES_128_GCM_SHA256" : "AES128-GCM-SHA256";
      case GNUTLS_CIPHER_AES_256_GCM:
        return newest ? "TLS_AES_256_GCM_SHA384" : "AES256-GCM-SHA384";
      case GNUTLS_CIPHER_CHACHA20_POLY1305:
        return newest ? "TLS_CHACHA20_POLY1305_SHA256" : "CHACHA20-POLY1305";
      default: return gnutls_cipher_get_name(cipher);
    }
  }();
  if (newest) return std::string(name);
  const bool rsa = gnutls_kx_get(session) == GNUTLS_KX_ECDHE_RSA;
  return fmt::format("ECDHE-{}-{}", rsa ? "RSA" : "ECDSA", name);
}

std::string words_of_group(gnutls_session_t session) {
  switch (const gnutls_group_t group = gnutls_group_get(session)) {
    case GNUTLS_GROUP_INVALID: return {};
    case GNUTLS_GROUP_SECP256R1: return "P-256";
    case GNUTLS_GROUP_X25519: return "X25519";
    default: return gnutls_group_get_name(group);
  }
}

std::string words_of_socket_error(int error) {
  constexpr int kSystemLibrary = 2 << 24;
  return fmt::format("TLS_error:|{}:system library:OPENSSL_internal:{}:TLS_error_end",
                     kSystemLibrary + error, std::strerror(error));
}

}  // namespace egressctl::forward
