// What tls.h keeps from its users: the libraries' side of contexts. GnuTLS shakes hands and makes
// records; OpenSSL knows certificates and keys.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gnutls/gnutls.h>

#include "lib/forward/tls/openssl.h"
#include "lib/forward/tls/peer_check.h"
#include "lib/forward/tls/tls.h"

namespace egressctl::forward {

using GnutlsCredentialsPtr = std::unique_ptr<gnutls_certificate_credentials_st,
                                             FreeWith<gnutls_certificate_free_credentials>>;
using GnutlsPriorityPtr = std::unique_ptr<gnutls_priority_st, FreeWith<gnutls_priority_deinit>>;

// What a client may resume, to be used once each, the newest first: a second use would tell that
// the two connections have the same owner (RFC 8446 C.4).
class SessionStore {
 public:
  void keep(const std::string& server_name, std::string session);
  // Empty: there is none.
  [[nodiscard]] std::string take(const std::string& server_name);

 private:
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> sessions_;
};

struct TlsContext::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { gnutls_free(ticket_key.data); }

  TlsRole role = TlsRole::Client;
  TlsSettings settings;
  GnutlsCredentialsPtr credentials;
  GnutlsPriorityPtr priority;
  std::vector<gnutls_datum_t> alpn;  // parts of settings.alpn
  gnutls_datum_t ticket_key{};       // a server's
  std::unique_ptr<PeerCheck> peers;  // nullptr: nobody is checked
  mutable SessionStore sessions;     // a client's
  std::optional<CertificateFacts> own;
};

}  // namespace egressctl::forward
