// GnuTLS computes with nettle, whose elliptic curves take more than half of a full handshake's time
// (docs/performance.md), and has no registration for another implementation of these. So two of the
// functions that it imports from libhogweed are defined here, by OpenSSL, under their own names: of
// a program's symbols and a shared library's of the same name the program's is bound (ELF gABI,
// "Shared Object Dependencies"). Where a system's GnuTLS is built in another way it goes on with
// nettle.
//
// The linker takes this file for the symbols that the library's CMakeLists.txt demands.

// ECDSA with a key of a group that is known already has no other name than the deprecated one: an
// EVP_PKEY's fromdata builds the group anew, which takes longer than the verification.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <nettle/curve25519.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>

#include "lib/forward/tls/openssl.h"

namespace egressctl::forward {
namespace {

using GroupPtr = std::unique_ptr<EC_GROUP, FreeWith<EC_GROUP_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using PointPtr = std::unique_ptr<EC_POINT, FreeWith<EC_POINT_free>>;
using PublicKeyPtr = std::unique_ptr<EC_KEY, FreeWith<EC_KEY_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;

// The group that OpenSSL has for a curve of nettle's; null for none. Lives as long as the program.
const EC_GROUP* group_of(const ecc_curve* curve) {
  struct Known {
    const ecc_curve* curve;
    GroupPtr group;
  };
  const auto known = [](const ecc_curve* theirs, int ours) {
    return Known{theirs, GroupPtr(EC_GROUP_new_by_curve_name(ours))};
  };
  static const std::array all = {known(nettle_get_secp_256r1(), NID_X9_62_prime256v1),
                                 known(nettle_get_secp_384r1(), NID_secp384r1),
                                 known(nettle_get_secp_521r1(), NID_secp521r1)};
  const auto* found =
      std::ranges::find_if(all, [&](const Known& one) { return one.curve == curve; });
  return found == all.end() ? nullptr : found->group.get();
}

// Nobody who asks for the library's complaints later means those of a peer's bad numbers.
bool without_complaints(bool done) {
  if (!done) ERR_clear_error();
  return done;
}

// Null for a negative number and for one of more bytes than any coordinate has.
NumberPtr number_of(const mpz_t value) {
  std::array<unsigned char, 66> bytes{};  // P-521
  if (mpz_sgn(value) < 0 || mpz_sizeinbase(value, 256) > bytes.size()) return nullptr;
  std::size_t size = 0;
  mpz_export(bytes.data(), &size, 1, 1, 1, 0, value);
  return NumberPtr(BN_bin2bn(bytes.data(), static_cast<int>(size), nullptr));
}

PublicKeyPtr public_key_of(const ecc_point& point, const EC_GROUP* group) {
  mpz_t x;
  mpz_t y;
  mpz_inits(x, y, nullptr);
  ecc_point_get(&point, x, y);
  const NumberPtr our_x = number_of(x);
  const NumberPtr our_y = number_of(y);
  mpz_clears(x, y, nullptr);
  const PointPtr ours(EC_POINT_new(group));
  PublicKeyPtr out(EC_KEY_new());
  if (our_x == nullptr || our_y == nullptr || ours == nullptr || out == nullptr) return nullptr;
  const bool set =
      EC_KEY_set_group(out.get(), group) == 1 &&
      EC_POINT_set_affine_coordinates(group, ours.get(), our_x.get(), our_y.get(), nullptr) == 1 &&
      EC_KEY_set_public_key(out.get(), ours.get()) == 1;
  return set ? std::move(out) : nullptr;
}

SignaturePtr signature_of(const dsa_signature& theirs) {
  NumberPtr r = number_of(theirs.r);
  NumberPtr s = number_of(theirs.s);
  SignaturePtr out(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || out == nullptr) return nullptr;
  if (ECDSA_SIG_set0(out.get(), r.get(), s.get()) != 1) return nullptr;
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  return out;
}

// It would be looked up by its name for each handshake.
EVP_PKEY_CTX* x25519_maker() {
  thread_local const auto made = [] {
    KeyContextPtr out(EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr));
    if (out != nullptr && EVP_PKEY_fromdata_init(out.get()) != 1) out.reset();
    return out;
  }();
  return made.get();
}

KeyPtr x25519_key(const std::uint8_t* private_key, const std::uint8_t* public_key) {
  const auto part = [](const char* name, const std::uint8_t* bytes) {
    // OpenSSL takes what it does not change by a pointer to what it might.
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes),
                                             CURVE25519_SIZE);
  };
  std::array<OSSL_PARAM, 3> parts = {part(OSSL_PKEY_PARAM_PRIV_KEY, private_key),
                                     part(OSSL_PKEY_PARAM_PUB_KEY, public_key),
                                     OSSL_PARAM_construct_end()};
  EVP_PKEY* out = nullptr;
  if (EVP_PKEY_CTX* maker = x25519_maker(); maker != nullptr)
    EVP_PKEY_fromdata(maker, &out, EVP_PKEY_KEYPAIR, parts.data());
  return KeyPtr(out);
}

// False for a point of small order, as RFC 7748 (6.1) wants it refused.
bool multiply(std::uint8_t* product, const std::uint8_t* scalar, const std::uint8_t* point) {
  // Of one's own key the private half counts, of the other's the public one: these two halves,
  // which need not belong together, stand for both keys.
  const KeyPtr both = x25519_key(scalar, point);
  if (both == nullptr) return false;
  const KeyContextPtr context(EVP_PKEY_CTX_new(both.get(), nullptr));
  std::size_t size = CURVE25519_SIZE;
  return context != nullptr && EVP_PKEY_derive_init(context.get()) == 1 &&
         EVP_PKEY_derive_set_peer(context.get(), both.get()) == 1 &&
         EVP_PKEY_derive(context.get(), product, &size) == 1;
}

}  // namespace
}  // namespace egressctl::forward

// Both have nettle's meaning, shapes and results (nettle/ecdsa.h, nettle/curve25519.h of 3.8).
extern "C" {

[[gnu::visibility("default")]] int ecdsa_verify(const ecc_point* key, std::size_t length,
                                                const std::uint8_t* digest,
                                                const dsa_signature* signature) {
  using namespace egressctl::forward;
  const EC_GROUP* group = group_of(key->ecc);
  if (group == nullptr) return 0;
  const PublicKeyPtr our_key = public_key_of(*key, group);
  const SignaturePtr our_signature = signature_of(*signature);
  return without_complaints(our_key != nullptr && our_signature != nullptr &&
                            ECDSA_do_verify(digest, static_cast<int>(length), our_signature.get(),
                                            our_key.get()) == 1)
             ? 1
             : 0;
}

[[gnu::visibility("default")]] void curve25519_mul(std::uint8_t* product,
                                                   const std::uint8_t* scalar,
                                                   const std::uint8_t* point) {
  // Zero is what nettle computes of such a point, and GnuTLS refuses.
  using namespace egressctl::forward;
  if (!without_complaints(multiply(product, scalar, point)))
    std::fill_n(product, CURVE25519_SIZE, std::uint8_t{0});
}

}  // extern "C"
