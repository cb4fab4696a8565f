#include "lib/forward/tls/private_key.h"

#include <array>
#include <string_view>
#include <utility>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace egressctl::forward {
namespace {

using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;

// A way to sign that TLS 1.2 or 1.3 knows and OpenSSL is told of.
struct Scheme {
  gnutls_sign_algorithm_t algorithm;
  gnutls_pk_algorithm_t key;
  const EVP_MD* (*digest)();
  bool pss;
  int bits;  // TLS 1.3 ties a curve to each; 0: any
};

constexpr std::array kSchemes = {
    Scheme{GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, GNUTLS_PK_ECDSA, EVP_sha256, false, 256},
    Scheme{GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, GNUTLS_PK_ECDSA, EVP_sha384, false, 384},
    Scheme{GNUTLS_SIGN_ECDSA_SECP521R1_SHA512, GNUTLS_PK_ECDSA, EVP_sha512, false, 521},
    Scheme{GNUTLS_SIGN_ECDSA_SHA256, GNUTLS_PK_ECDSA, EVP_sha256, false, 0},
    Scheme{GNUTLS_SIGN_ECDSA_SHA384, GNUTLS_PK_ECDSA, EVP_sha384, false, 0},
    Scheme{GNUTLS_SIGN_ECDSA_SHA512, GNUTLS_PK_ECDSA, EVP_sha512, false, 0},
    Scheme{GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, GNUTLS_PK_RSA, EVP_sha256, true, 0},
    Scheme{GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, GNUTLS_PK_RSA, EVP_sha384, true, 0},
    Scheme{GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, GNUTLS_PK_RSA, EVP_sha512, true, 0},
    Scheme{GNUTLS_SIGN_RSA_SHA256, GNUTLS_PK_RSA, EVP_sha256, false, 0},
    Scheme{GNUTLS_SIGN_RSA_SHA384, GNUTLS_PK_RSA, EVP_sha384, false, 0},
    Scheme{GNUTLS_SIGN_RSA_SHA512, GNUTLS_PK_RSA, EVP_sha512, false, 0},
    Scheme{GNUTLS_SIGN_EDDSA_ED25519, GNUTLS_PK_EDDSA_ED25519, nullptr, false, 0},
};

const Scheme* scheme_of(gnutls_sign_algorithm_t algorithm) {
  for (const Scheme& scheme : kSchemes)
    if (scheme.algorithm == algorithm) return &scheme;
  return nullptr;
}

gnutls_pk_algorithm_t algorithm_of(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC: return GNUTLS_PK_ECDSA;
    case EVP_PKEY_RSA: return GNUTLS_PK_RSA;
    case EVP_PKEY_ED25519: return GNUTLS_PK_EDDSA_ED25519;
    default: return GNUTLS_PK_UNKNOWN;
  }
}

bool set_padding(EVP_PKEY_CTX* context, const Scheme& scheme) {
  if (!scheme.pss) return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

// Has `sign` fill a place as large as the key's signatures are.
template <typename Sign>
int signature_of(EVP_PKEY* key, gnutls_datum_t* out, const Sign& sign) {
  auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
  out->data = static_cast<unsigned char*>(gnutls_malloc(size));
  if (out->data == nullptr) return GNUTLS_E_MEMORY_ERROR;
  if (sign(out->data, size)) {
    out->size = static_cast<unsigned int>(size);
    return 0;
  }
  ERR_clear_error();
  gnutls_free(out->data);
  out->data = nullptr;
  return GNUTLS_E_PK_SIGN_FAILED;
}

int sign_data(gnutls_privkey_t, gnutls_sign_algorithm_t algorithm, void* user, unsigned int,
              const gnutls_datum_t* data, gnutls_datum_t* signature) {
  auto* key = static_cast<EVP_PKEY*>(user);
  const Scheme* scheme = scheme_of(algorithm);
  if (scheme == nullptr) return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
  const DigestContextPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  const EVP_MD* digest = scheme->digest == nullptr ? nullptr : scheme->digest();
  if (EVP_DigestSignInit(context.get(), &settings, digest, nullptr, key) != 1 ||
      !set_padding(settings, *scheme))
    return GNUTLS_E_PK_SIGN_FAILED;
  return signature_of(key, signature, [&](unsigned char* out, std::size_t& size) {
    return EVP_DigestSign(context.get(), out, &size, data->data, data->size) == 1;
  });
}

int sign_hash(gnutls_privkey_t, gnutls_sign_algorithm_t algorithm, void* user, unsigned int,
              const gnutls_datum_t* hash, gnutls_datum_t* signature) {
  auto* key = static_cast<EVP_PKEY*>(user);
  const Scheme* scheme = scheme_of(algorithm);
  if (scheme == nullptr || scheme->digest == nullptr)
    return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
  const KeyContextPtr context(EVP_PKEY_CTX_new(key, nullptr));
  if (EVP_PKEY_sign_init(context.get()) != 1 || !set_padding(context.get(), *scheme) ||
      EVP_PKEY_CTX_set_signature_md(context.get(), scheme->digest()) != 1)
    return GNUTLS_E_PK_SIGN_FAILED;
  return signature_of(key, signature, [&](unsigned char* out, std::size_t& size) {
    return EVP_PKEY_sign(context.get(), out, &size, hash->data, hash->size) == 1;
  });
}

int tell(gnutls_privkey_t, unsigned int flags, void* user) {
  auto* key = static_cast<EVP_PKEY*>(user);
  if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0) return algorithm_of(key);
  if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0) return EVP_PKEY_get_bits(key);
  if ((flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) == 0) return 0;
  const Scheme* scheme =
      scheme_of(static_cast<gnutls_sign_algorithm_t>(GNUTLS_FLAGS_TO_SIGN_ALGO(flags)));
  return scheme != nullptr && scheme->key == algorithm_of(key) &&
                 (scheme->bits == 0 || scheme->bits == EVP_PKEY_get_bits(key))
             ? 1
             : 0;
}

void forget(gnutls_privkey_t, void* user) {
  EVP_PKEY_free(static_cast<EVP_PKEY*>(user));
}

}  // namespace

Result<SigningKeyPtr> read_signing_key(const std::string& pem, X509* certificate) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Of a key with a passphrase: nobody is asked for it.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key)
    return fail(ErrorCode::Usage, "no private key in the key file: " + last_openssl_problem());
  if (algorithm_of(key.get()) == GNUTLS_PK_UNKNOWN)
    return fail(ErrorCode::Usage, "the key is none of RSA, ECDSA and Ed25519");
  if (X509_check_private_key(certificate, key.get()) != 1)
    return fail(ErrorCode::Usage, "the key is not the certificate's: " + last_openssl_problem());
  gnutls_privkey_t raw = nullptr;
  if (gnutls_privkey_init(&raw) < 0) return fail(ErrorCode::Io, "no memory for a key");
  SigningKeyPtr out(raw);
  const int error =
      gnutls_privkey_import_ext4(raw, key.get(), sign_data, sign_hash, nullptr, forget, tell, 0);
  if (error < 0)
    return fail(ErrorCode::Usage, std::string("the key can't be used: ") + gnutls_strerror(error));
  static_cast<void>(key.release());  // forget() frees it
  return out;
}

}  // namespace egressctl::forward
