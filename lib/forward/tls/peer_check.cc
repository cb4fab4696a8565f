#include "lib/forward/tls/peer_check.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "lib/base/text.h"
#include "lib/forward/tls/openssl.h"

namespace egressctl::forward {
namespace {

using StorePtr = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using WalkPtr = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;
using ParametersPtr = std::unique_ptr<X509_VERIFY_PARAM, FreeWith<X509_VERIFY_PARAM_free>>;

// A client that makes a new certificate for each connection is to cost time, not memory.
constexpr std::size_t kMostKnown = 1024;
// Keys and signatures of at least 112 bits of security: OpenSSL's level 2, Debian's default.
constexpr int kSecurityLevel = 2;

std::string key_of(std::span<const std::string_view> chain) {
  std::string out;
  for (const std::string_view certificate : chain) {
    const std::size_t size = certificate.size();
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out += certificate;
  }
  return out;
}

CertificatePtr read_der(std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  return CertificatePtr(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
}

bool name_matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

// Envoy's words.
std::string failed(const std::string& why) {
  return fmt::format(
      "TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify cert "
      "failed: {}:TLS_error_end",
      why);
}

}  // namespace

struct PeerCheck::State {
  StorePtr store;
  ParametersPtr parameters;
};

Result<std::unique_ptr<PeerCheck>> PeerCheck::make(PeerRole role, const std::string& authorities,
                                                   std::vector<std::string> expected) {
  const std::vector<CertificatePtr> certificates = read_certificates(authorities);
  if (certificates.empty()) return fail(ErrorCode::Usage, "no certificate in the CA file");
  auto state = std::make_unique<State>();
  state->store.reset(X509_STORE_new());
  for (const CertificatePtr& each : certificates)
    if (X509_STORE_add_cert(state->store.get(), each.get()) != 1)
      return fail(ErrorCode::Usage, "a CA's certificate can't be used: " + last_openssl_problem());
  state->parameters.reset(X509_VERIFY_PARAM_new());
  X509_VERIFY_PARAM* parameters = state->parameters.get();
  X509_VERIFY_PARAM_set_purpose(
      parameters, role == PeerRole::Client ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM_set_trust(
      parameters, role == PeerRole::Client ? X509_TRUST_SSL_CLIENT : X509_TRUST_SSL_SERVER);
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  return std::unique_ptr<PeerCheck>(new PeerCheck(std::move(state), std::move(expected)));
}

PeerCheck::PeerCheck(std::unique_ptr<State> state, std::vector<std::string> expected)
    : state_(std::move(state)), expected_(std::move(expected)) {}
PeerCheck::~PeerCheck() = default;

std::uint64_t PeerCheck::walked() const {
  const std::lock_guard lock(mutex_);
  return walked_;
}

bool PeerCheck::is_expected(const std::vector<std::string>& names) const {
  if (expected_.empty()) return true;
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(expected_.begin(), expected_.end(),
                       [&](const std::string& pattern) { return name_matches(pattern, name); });
  });
}

PeerCheck::Verdict PeerCheck::check(std::span<const std::string_view> chain,
                                    std::int64_t now) const {
  if (chain.empty()) return {nullptr, failed("no certificate")};
  std::string key = key_of(chain);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(key); known != known_.end()) {
      const CheckedPeer& peer = *known->second;
      if (peer.from <= now && now <= peer.until) return {known->second, {}};
      known_.erase(known);
    }
    ++walked_;
  }
  Verdict verdict = walk(chain, now);
  if (verdict.peer != nullptr) {
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMostKnown) known_.clear();
    known_.emplace(std::move(key), verdict.peer);
  }
  return verdict;
}

PeerCheck::Verdict PeerCheck::walk(std::span<const std::string_view> chain,
                                   std::int64_t now) const {
  std::vector<CertificatePtr> certificates;
  const std::unique_ptr<STACK_OF(X509),
                        FreeWith<[](STACK_OF(X509) * stack) { sk_X509_free(stack); }>>
      others(sk_X509_new_null());
  for (const std::string_view each : chain) {
    certificates.push_back(read_der(each));
    if (certificates.back() == nullptr)
      return {nullptr, failed("a certificate can't be read: " + last_openssl_problem())};
    if (certificates.size() > 1) sk_X509_push(others.get(), certificates.back().get());
  }
  X509* own = certificates.front().get();
  const WalkPtr walk(X509_STORE_CTX_new());
  X509_STORE_CTX_init(walk.get(), state_->store.get(), own, others.get());
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(walk.get());
  X509_VERIFY_PARAM_set1(parameters, state_->parameters.get());
  X509_VERIFY_PARAM_set_time(parameters, now);
  if (X509_verify_cert(walk.get()) != 1) {
    ERR_clear_error();
    const int error = X509_STORE_CTX_get_error(walk.get());
    return {nullptr,
            failed(fmt::format("X509_verify_cert: certificate verification error at depth {}: {}",
                               X509_STORE_CTX_get_error_depth(walk.get()),
                               X509_verify_cert_error_string(error)))};
  }
  auto peer = std::make_shared<CheckedPeer>();
  peer->certificate = facts_of(own);
  std::vector<std::string> names = peer->certificate.uris;
  names.insert(names.end(), peer->certificate.hosts.begin(), peer->certificate.hosts.end());
  if (!is_expected(names))
    return {nullptr,
            failed(fmt::format("SAN matcher, certificate SANs are [{}]", join(names, ", ")))};
  peer->from = 0;
  peer->until = end_of(own);
  const STACK_OF(X509)* way = X509_STORE_CTX_get0_chain(walk.get());
  for (int i = 0; i < sk_X509_num(way); ++i) {
    peer->from = std::max(peer->from, start_of(sk_X509_value(way, i)));
    peer->until = std::min(peer->until, end_of(sk_X509_value(way, i)));
  }
  return {std::move(peer), {}};
}

}  // namespace egressctl::forward
