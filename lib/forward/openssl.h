// What the TLS code of this folder uses of OpenSSL's types again and again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace egressctl::forward {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using SessionPtr = std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using ConnectionPtr = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;

// The thread's oldest complaint in Envoy's words, "TLS_error:|...:CERTIFICATE_VERIFY_FAILED:
// TLS_error_end"; its list is empty then.
[[nodiscard]] std::string last_tls_problem();

// Those of a PEM text, in its order; none where it has none.
[[nodiscard]] std::vector<CertificatePtr> read_certificates(const std::string& pem);

// The subject alternative names: the URIs, then the DNS names.
[[nodiscard]] std::vector<std::string> names_of(X509* certificate);

}  // namespace egressctl::forward
