#include "lib/forward/openssl.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace egressctl::forward {
namespace {

std::string_view text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

}  // namespace

std::string last_tls_problem() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "TLS_error:unknown";
  std::string reason =
      ERR_reason_error_string(code) == nullptr ? "" : ERR_reason_error_string(code);
  std::transform(reason.begin(), reason.end(), reason.begin(), [](char c) {
    if (c == ' ') return '_';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return fmt::format("TLS_error:|{}:SSL_routines:{}:TLS_error_end", code, reason);
}

std::vector<CertificatePtr> read_certificates(const std::string& pem) {
  std::vector<CertificatePtr> out;
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (CertificatePtr next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)})
    out.push_back(std::move(next));
  ERR_clear_error();  // the end of the text is one
  return out;
}

std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> uris;
  std::vector<std::string> hosts;
  auto* all = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type == GEN_URI) uris.emplace_back(text_of(name->d.uniformResourceIdentifier));
    if (name->type == GEN_DNS) hosts.emplace_back(text_of(name->d.dNSName));
  }
  GENERAL_NAMES_free(all);
  uris.insert(uris.end(), hosts.begin(), hosts.end());
  return uris;
}

}  // namespace egressctl::forward
