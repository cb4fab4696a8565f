// Throw-away certificates, for set-ups that last as long as a process.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/forward/tls/credentials.h"

namespace egressctl::forward {

// What a certificate says of its owner.
struct Identity {
  std::vector<std::string> uris;   // "spiffe://cluster.local/ns/istio-egress/sa/gateway"
  std::vector<std::string> hosts;  // DNS names
  std::chrono::seconds lasts{std::chrono::hours{24}};  // negative: it has ended already
  bool rsa = false;                                    // 2048 bits; else ECDSA with P-256
};

// A certificate authority whose key never leaves the process.
class Authority {
 public:
  // Fails with ErrorCode::Io when the library has no random numbers.
  [[nodiscard]] static Result<Authority> make(std::string_view name, bool rsa = false);
  Authority(Authority&&) noexcept;
  Authority& operator=(Authority&&) noexcept;
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  ~Authority();

  // Its certificate, PEM.
  [[nodiscard]] const std::string& certificate() const { return certificate_; }

  // A fresh key and a certificate for it; this authority is the one to be trusted.
  [[nodiscard]] Result<Credentials> issue(const Identity& identity) const;

 private:
  struct State;
  explicit Authority(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
  std::string certificate_;
};

}  // namespace egressctl::forward
