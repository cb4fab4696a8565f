// What the certificate code of this folder uses of OpenSSL's types again and again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
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
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

// The library's oldest complaint on this thread, "unsupported"; its list is empty then.
[[nodiscard]] std::string last_openssl_problem();

// Those of a PEM text, in its order; none where it has none.
[[nodiscard]] std::vector<CertificatePtr> read_certificates(const std::string& pem);

// The subject alternative names of a kind.
[[nodiscard]] std::vector<std::string> uris_of(X509* certificate);
[[nodiscard]] std::vector<std::string> hosts_of(X509* certificate);

// When the certificate begins and ends, in seconds since 1970.
[[nodiscard]] std::int64_t start_of(X509* certificate);
[[nodiscard]] std::int64_t end_of(X509* certificate);

}  // namespace egressctl::forward
