#include "lib/forward/tls/certificate_facts.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/evp.h>

#include "lib/forward/tls/openssl.h"

namespace egressctl::forward {
namespace {

std::string text_of(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string serial_of(X509* certificate) {
  const std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  std::string out;
  if (char* text = number ? BN_bn2hex(number.get()) : nullptr; text != nullptr) {
    out = text;
    OPENSSL_free(text);
  }
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string fingerprint_of(X509* certificate, const EVP_MD* digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  std::string out;
  if (X509_digest(certificate, digest, bytes.data(), &size) != 1) return out;
  for (unsigned int i = 0; i < size; ++i)
    fmt::format_to(std::back_inserter(out), "{:02x}", bytes[i]);
  return out;
}

}  // namespace

CertificateFacts facts_of(X509* certificate) {
  CertificateFacts out;
  out.subject = text_of(X509_get_subject_name(certificate));
  out.issuer = text_of(X509_get_issuer_name(certificate));
  out.serial = serial_of(certificate);
  out.sha1 = fingerprint_of(certificate, EVP_sha1());
  out.sha256 = fingerprint_of(certificate, EVP_sha256());
  out.uris = uris_of(certificate);
  out.hosts = hosts_of(certificate);
  out.from = start_of(certificate);
  out.until = end_of(certificate);
  return out;
}

}  // namespace egressctl::forward
