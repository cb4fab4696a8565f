// The curves that GnuTLS is given in place of nettle's, beside nettle's own.
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <nettle/curve25519.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>

namespace {

using Point = std::array<std::uint8_t, CURVE25519_SIZE>;

void fill(void* context, std::size_t length, std::uint8_t* out) {
  auto& random = *static_cast<std::mt19937*>(context);
  for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<std::uint8_t>(random());
}

Point from_hex(const std::string& hex) {
  Point out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  return out;
}

Point product_of(const Point& scalar, const Point& point) {
  Point out{};
  curve25519_mul(out.data(), scalar.data(), point.data());
  return out;
}

// What the library has under the name that the program took.
template <typename Function>
Function* nettles(const char* name, Function* ours) {
  // Found first by whoever asks for it, GnuTLS too.
  REQUIRE_EQ(dlsym(RTLD_DEFAULT, name), reinterpret_cast<void*>(ours));
  void* const out = dlsym(RTLD_NEXT, name);
  REQUIRE(out != nullptr);
  REQUIRE(out != reinterpret_cast<void*>(ours));
  return reinterpret_cast<Function*>(out);
}

struct Curve {
  const char* name;
  const ecc_curve* curve;
};

struct KeyPair {
  explicit KeyPair(const ecc_curve* curve, std::mt19937& random) {
    ecc_scalar_init(&own, curve);
    ecc_point_init(&shown, curve);
    ecdsa_generate_keypair(&shown, &own, &random, fill);
    dsa_signature_init(&signature);
  }
  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;
  ~KeyPair() {
    dsa_signature_clear(&signature);
    ecc_point_clear(&shown);
    ecc_scalar_clear(&own);
  }
  ecc_scalar own{};
  ecc_point shown{};
  dsa_signature signature{};
};

TEST_CASE("X25519 gives what RFC 7748, 5.2, says") {
  CHECK_EQ(product_of(from_hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                      from_hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")),
           from_hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
  // The highest bit of a point does not count.
  CHECK_EQ(product_of(from_hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                      from_hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493")),
           from_hex("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"));
}

TEST_CASE("X25519 gives what nettle gives, of points of small order, too") {
  auto* const theirs = nettles("nettle_curve25519_mul", &curve25519_mul);
  std::mt19937 random(7);
  std::vector<Point> points = {
      Point{},
      Point{1},
      from_hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
      from_hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
      from_hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
      from_hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
      from_hex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
      from_hex("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")};
  for (int i = 0; i < 200; ++i) fill(&random, CURVE25519_SIZE, points.emplace_back().data());
  for (const Point& point : points) {
    Point scalar{};
    fill(&random, scalar.size(), scalar.data());
    Point expected{};
    theirs(expected.data(), scalar.data(), point.data());
    CHECK_EQ(product_of(scalar, point), expected);
  }
}

TEST_CASE("ECDSA holds for what nettle signed, and for nothing else that it refuses") {
  auto* const theirs = nettles("nettle_ecdsa_verify", &ecdsa_verify);
  std::mt19937 random(11);
  const std::array curves = {Curve{"P-256", nettle_get_secp_256r1()},
                             Curve{"P-384", nettle_get_secp_384r1()},
                             Curve{"P-521", nettle_get_secp_521r1()}};
  for (const Curve& curve : curves)
    for (const std::size_t length : {20U, 28U, 32U, 48U, 64U}) {
      CAPTURE(curve.name);
      CAPTURE(length);
      KeyPair key(curve.curve, random);
      std::vector<std::uint8_t> digest(length);
      fill(&random, length, digest.data());
      ecdsa_sign(&key.own, &random, fill, length, digest.data(), &key.signature);
      const auto verdict = [&] {
        const int ours = ecdsa_verify(&key.shown, length, digest.data(), &key.signature);
        CHECK_EQ(ours, theirs(&key.shown, length, digest.data(), &key.signature));
        return ours;
      };
      CHECK_EQ(verdict(), 1);
      digest[0] ^= 1;
      CHECK_EQ(verdict(), 0);
      digest[0] ^= 1;
      const KeyPair other(curve.curve, random);
      CHECK_EQ(ecdsa_verify(&other.shown, length, digest.data(), &key.signature), 0);
      for (auto* number : {&key.signature.r, &key.signature.s}) {
        mpz_t kept;
        mpz_init_set(kept, *number);
        mpz_add_ui(*number, kept, 1);
        CHECK_EQ(verdict(), 0);
        mpz_set_ui(*number, 0);
        CHECK_EQ(verdict(), 0);
        mpz_neg(*number, kept);
        CHECK_EQ(verdict(), 0);
        mpz_mul_2exp(*number, kept, 4096);
        CHECK_EQ(verdict(), 0);
        mpz_set(*number, kept);
        mpz_clear(kept);
      }
      CHECK_EQ(verdict(), 1);
    }
}

TEST_CASE("a key of a curve that TLS 1.3 has no signature for verifies nothing") {
  std::mt19937 random(13);
  KeyPair key(nettle_get_secp_224r1(), random);
  const std::array<std::uint8_t, 28> digest{};
  ecdsa_sign(&key.own, &random, fill, digest.size(), digest.data(), &key.signature);
  CHECK_EQ(ecdsa_verify(&key.shown, digest.size(), digest.data(), &key.signature), 0);
}

}  // namespace
