#include "lib/forward/tls/openssl.h"

#include <ctime>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace egressctl::forward {
namespace {

std::string_view text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::int64_t seconds_of(const ASN1_TIME* time) {
  std::tm fields{};
  return ASN1_TIME_to_tm(time, &fields) == 1 ? ::timegm(&fields) : 0;
}

// The subject alternative names of a type whose value is a text.
std::vector<std::string> names_of(X509* certificate, int type) {
  std::vector<std::string> out;
  auto* all = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type == type) out.emplace_back(text_of(name->d.ia5));
  }
  GENERAL_NAMES_free(all);
  return out;
}

}  // namespace

std::string last_openssl_problem() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown" : reason;
}

std::vector<CertificatePtr> read_certificates(const std::string& pem) {
  std::vector<CertificatePtr> out;
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (CertificatePtr next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)})
    out.push_back(std::move(next));
  ERR_clear_error();  // the end of the text is one
  return out;
}

std::vector<std::string> uris_of(X509* certificate) {
  return names_of(certificate, GEN_URI);
}

std::vector<std::string> hosts_of(X509* certificate) {
  return names_of(certificate, GEN_DNS);
}

std::int64_t start_of(X509* certificate) {
  return seconds_of(X509_get0_notBefore(certificate));
}

std::int64_t end_of(X509* certificate) {
  return seconds_of(X509_get0_notAfter(certificate));
}

}  // namespace egressctl::forward
