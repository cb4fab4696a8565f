#include "lib/forward/tls/peer_check.h"

#include <doctest/doctest.h>

#include "lib/forward/tls/certificates.h"
#include "lib/forward/tls/openssl.h"

namespace egressctl::forward {
namespace {

constexpr const char* kId = "spiffe://cluster.local/ns/default/sa/ubuntu";

std::string der_of(const std::string& pem) {
  const std::vector<CertificatePtr> certificates = read_certificates(pem);
  REQUIRE_EQ(certificates.size(), 1);
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificates.front().get(), &data);
  std::string out(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return out;
}

struct Setup {
  Authority authority = *Authority::make("mesh");

  [[nodiscard]] std::string issue(std::chrono::seconds lasts = std::chrono::hours{1}) const {
    return der_of(authority.issue({.uris = {kId}, .hosts = {"ubuntu.example"}, .lasts = lasts})
                      ->certificates);
  }
  [[nodiscard]] std::unique_ptr<PeerCheck> expecting(std::vector<std::string> names) const {
    return *PeerCheck::make(PeerRole::Client, authority.certificate(), std::move(names));
  }
};

PeerCheck::Verdict check(const PeerCheck& peers, const std::string& certificate,
                         std::int64_t now = std::time(nullptr)) {
  const std::string_view chain[] = {certificate};
  return peers.check(chain, now);
}

}  // namespace

TEST_CASE("peers: a certificate's way to its CA is walked once") {
  const Setup setup;
  const auto peers = setup.expecting({kId});
  const std::string certificate = setup.issue();
  for (int i = 0; i < 3; ++i) {
    const PeerCheck::Verdict verdict = check(*peers, certificate);
    REQUIRE(verdict.peer != nullptr);
    CHECK_EQ(verdict.peer->certificate.uris, std::vector<std::string>{kId});
    CHECK_EQ(verdict.peer->certificate.hosts, std::vector<std::string>{"ubuntu.example"});
  }
  CHECK_EQ(peers->walked(), 1);
  CHECK(check(*peers, setup.issue()).peer != nullptr);
  CHECK_EQ(peers->walked(), 2);
}

TEST_CASE("peers: what is known ends with the certificate") {
  const Setup setup;
  const auto peers = setup.expecting({});
  const std::string certificate = setup.issue(std::chrono::hours{1});
  const std::int64_t now = std::time(nullptr);
  REQUIRE(check(*peers, certificate, now).peer != nullptr);
  CHECK(check(*peers, certificate, now + 3500).peer != nullptr);
  for (const std::int64_t then : {now + 3700, now - 7200}) {
    CAPTURE(then - now);
    const PeerCheck::Verdict verdict = check(*peers, certificate, then);
    CHECK(verdict.peer == nullptr);
    CHECK_NE(verdict.problem.find("CERTIFICATE_VERIFY_FAILED"), std::string::npos);
  }
}

TEST_CASE("peers: one changed byte makes another certificate") {
  const Setup setup;
  const auto peers = setup.expecting({});
  std::string certificate = setup.issue();
  REQUIRE(check(*peers, certificate).peer != nullptr);
  certificate[certificate.size() - 5] ^= 1;  // in its signature
  CHECK(check(*peers, certificate).peer == nullptr);
  CHECK(check(*peers, certificate.substr(0, 40)).peer == nullptr);
  CHECK(check(*peers, "").peer == nullptr);
  CHECK(peers->check({}).peer == nullptr);
}

TEST_CASE("peers: names and CAs are those that were told") {
  const Setup setup;
  const Setup strangers;
  const std::string certificate = setup.issue();
  CHECK(check(*setup.expecting({"spiffe://cluster.local/ns/default/sa/*"}), certificate).peer !=
        nullptr);
  CHECK(check(*setup.expecting({"ubuntu.example"}), certificate).peer != nullptr);
  const PeerCheck::Verdict other = check(*setup.expecting({"spiffe://other"}), certificate);
  CHECK(other.peer == nullptr);
  CHECK_EQ(other.problem,
           std::string("TLS_error:|268435581:SSL routines:OPENSSL_internal:"
                       "CERTIFICATE_VERIFY_FAILED:verify cert failed: SAN matcher, certificate "
                       "SANs are [") +
               kId + ", ubuntu.example]:TLS_error_end");
  CHECK(check(*strangers.expecting({}), certificate).peer == nullptr);
}

}  // namespace egressctl::forward
