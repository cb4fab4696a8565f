// What tls.h keeps from its users: the library's side of contexts.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "lib/forward/openssl.h"
#include "lib/forward/tls.h"

namespace egressctl::forward {

constexpr std::size_t kMostSessions = 1000;

struct TlsContext::State {
  TlsRole role = TlsRole::Client;
  TlsSettings settings;
  ContextPtr context;
  std::string alpn;  // as it goes over the wire
  std::int64_t expires = 0;

  // A client's, to be used once each, the newest first.
  mutable std::mutex mutex;
  mutable std::vector<SessionPtr> sessions;

  void keep(SSL_SESSION* session) const {
    const std::lock_guard lock(mutex);
    if (sessions.size() >= kMostSessions) sessions.erase(sessions.begin());
    sessions.emplace_back(session);
  }

  SessionPtr take() const {
    const std::lock_guard lock(mutex);
    if (sessions.empty()) return nullptr;
    SessionPtr out = std::move(sessions.back());
    sessions.pop_back();
    return out;
  }
};

}  // namespace egressctl::forward
