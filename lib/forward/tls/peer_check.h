// Whether the other end of mutual TLS is who it must be: a certificate that leads to a CA, with one
// of the names that are expected.
//
// A mesh's workloads show the same few certificates again and again: whose check has succeeded once
// is known by its exact bytes until a certificate of its way to the CA ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/result.h"
#include "lib/forward/tls/certificate_facts.h"

namespace egressctl::forward {

// Who shows the certificate: it must be meant for that (extended key usage).
enum class PeerRole { Client, Server };

// An end that has been checked.
struct CheckedPeer {
  CertificateFacts certificate;
  std::int64_t from = 0;   // the way to the CA is valid from then to then, in seconds since 1970,
  std::int64_t until = 0;  // both included
};

// Safe to use from several threads.
class PeerCheck {
 public:
  // `expected`: see TlsSettings::peer_names. Fails with ErrorCode::Usage when the PEM text of the
  // CAs can't be used.
  [[nodiscard]] static Result<std::unique_ptr<PeerCheck>> make(PeerRole role,
                                                               const std::string& authorities,
                                                               std::vector<std::string> expected);
  PeerCheck(const PeerCheck&) = delete;
  PeerCheck& operator=(const PeerCheck&) = delete;
  ~PeerCheck();

  struct Verdict {
    std::shared_ptr<const CheckedPeer> peer;  // nullptr: it is not to be trusted
    std::string problem;                      // then; in Envoy's words
  };
  // `chain`: certificates as the peer sent them (DER), its own first.
  [[nodiscard]] Verdict check(std::span<const std::string_view> chain,
                              std::int64_t now = std::time(nullptr)) const;

  // How often a certificate's way was really walked.
  [[nodiscard]] std::uint64_t walked() const;

 private:
  struct State;
  PeerCheck(std::unique_ptr<State> state, std::vector<std::string> expected);
  [[nodiscard]] Verdict walk(std::span<const std::string_view> chain, std::int64_t now) const;
  [[nodiscard]] bool is_expected(const std::vector<std::string>& names) const;

  std::unique_ptr<State> state_;
  std::vector<std::string> expected_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, std::shared_ptr<const CheckedPeer>> known_;
  mutable std::uint64_t walked_ = 0;
};

}  // namespace egressctl::forward
