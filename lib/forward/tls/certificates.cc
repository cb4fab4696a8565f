#include "lib/forward/tls/certificates.h"

#include <array>
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "lib/forward/tls/openssl.h"

namespace egressctl::forward {
namespace {

constexpr std::size_t kRsaBits = 2048;
// Clocks of other machines may be behind.
constexpr long kBackdated = 300;

KeyPtr make_key(bool rsa) {
  return KeyPtr(rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kRsaBits)
                    : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
}

template <typename Write>
std::string pem(const Write& write) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  return pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
}

std::string pem_of(EVP_PKEY* key) {
  return pem(
      [&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// With a random serial number, lasting from a while ago on.
CertificatePtr make_certificate(EVP_PKEY* key, std::chrono::seconds lasts) {
  CertificatePtr out(X509_new());
  X509_set_version(out.get(), X509_VERSION_3);
  std::array<unsigned char, 16> serial{};
  if (RAND_bytes(serial.data(), serial.size()) != 1) return nullptr;
  serial[0] &= 0x7f;  // a negative number would be none
  BIGNUM* number = BN_bin2bn(serial.data(), serial.size(), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(out.get()));
  BN_free(number);
  const long from = lasts.count() < 0 ? lasts.count() - kBackdated : -kBackdated;
  X509_gmtime_adj(X509_getm_notBefore(out.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), lasts.count());
  X509_set_pubkey(out.get(), key);
  return out;
}

std::string alternative_names(const Identity& identity) {
  std::string out = "critical";
  for (const std::string& uri : identity.uris) out += ",URI:" + uri;
  for (const std::string& host : identity.hosts) out += ",DNS:" + host;
  return out;
}

tl::unexpected<Error> failed() {
  return fail(ErrorCode::Io, fmt::format("can't make a certificate: {}", last_openssl_problem()));
}

}  // namespace

struct Authority::State {
  KeyPtr key;
  CertificatePtr certificate;
};

Authority::Authority(std::unique_ptr<State> state)
    : state_(std::move(state)), certificate_(pem_of(state_->certificate.get())) {}
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;
Authority::~Authority() = default;

Result<Authority> Authority::make(std::string_view name, bool rsa) {
  auto state = std::make_unique<State>();
  state->key = make_key(rsa);
  if (!state->key) return failed();
  state->certificate = make_certificate(state->key.get(), std::chrono::hours{24 * 365});
  X509* own = state->certificate.get();
  if (own == nullptr) return failed();
  X509_NAME_add_entry_by_txt(X509_get_subject_name(own), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.data()),
                             static_cast<int>(name.size()), -1, 0);
  X509_set_issuer_name(own, X509_get_subject_name(own));
  if (!add_extension(own, NID_basic_constraints, "critical,CA:TRUE") ||
      !add_extension(own, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      X509_sign(own, state->key.get(), EVP_sha256()) == 0)
    return failed();
  return Authority(std::move(state));
}

Result<Credentials> Authority::issue(const Identity& identity) const {
  const KeyPtr key = make_key(identity.rsa);
  if (!key) return failed();
  const CertificatePtr certificate = make_certificate(key.get(), identity.lasts);
  X509* own = certificate.get();
  if (own == nullptr) return failed();
  X509_set_issuer_name(own, X509_get_subject_name(state_->certificate.get()));
  if (!add_extension(own, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(own, NID_key_usage, "critical,digitalSignature,keyEncipherment") ||
      !add_extension(own, NID_ext_key_usage, "serverAuth,clientAuth") ||
      !add_extension(own, NID_subject_alt_name, alternative_names(identity)) ||
      X509_sign(own, state_->key.get(), EVP_sha256()) == 0)
    return failed();
  return Credentials{pem_of(own), pem_of(key.get()), certificate_};
}

}  // namespace egressctl::forward
