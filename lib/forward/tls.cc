// With OpenSSL 3.0.
#include "lib/forward/tls.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <openssl/err.h>

#include "lib/forward/tls_state.h"
#include "lib/forward/tls_wire.h"

namespace egressctl::forward {
namespace {

bool name_matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

}  // namespace

struct TlsConnection::State {
  ConnectionPtr connection;
  Wire wire;
};

TlsConnection::TlsConnection(std::shared_ptr<const TlsContext> context,
                             std::span<const std::uint8_t> received, const std::string& server_name)
    : context_(std::move(context)), state_(std::make_unique<State>()) {
  const TlsContext::State& shared = *context_->state_;
  state_->connection.reset(SSL_new(shared.context.get()));
  state_->wire.unread.assign(received.begin(), received.end());
  BIO* bio = make_wire_bio(state_->wire);
  SSL* connection = state_->connection.get();
  SSL_set_bio(connection, bio, bio);
  if (shared.role == TlsRole::Server) {
    SSL_set_accept_state(connection);
    return;
  }
  SSL_set_connect_state(connection);
  const std::string& name = server_name.empty() ? shared.settings.server_name : server_name;
  if (!name.empty()) SSL_set_tlsext_host_name(connection, name.c_str());
  if (const SessionPtr session = shared.take()) SSL_set_session(connection, session.get());
}

TlsConnection::~TlsConnection() {
  // Else the library takes the connection for cut off and its session for spoilt: whoever wants to
  // resume it would shake hands in vain.
  SSL_set_shutdown(state_->connection.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

// Sends what the library has written, and puts aside what it has not read.
TlsResult TlsConnection::after(int result, int fd) {
  Wire& wire = state_->wire;
  WireBuffers& shared = wire_buffers();
  const int error = result > 0 ? SSL_ERROR_NONE : SSL_get_error(state_->connection.get(), result);
  if (shared.in_from < shared.in_to) {
    wire.unread.insert(wire.unread.end(), shared.in.data() + shared.in_from,
                       shared.in.data() + shared.in_to);
    shared.in_from = shared.in_to;
  }
  const TlsResult sent = flush(fd);
  if (result > 0) return sent;
  switch (error) {
    case SSL_ERROR_WANT_READ: return sent == TlsResult::Failed ? sent : TlsResult::WantRead;
    case SSL_ERROR_ZERO_RETURN: return TlsResult::Ended;
    default: break;
  }
  if (wire.error != 0) {
    problem_ = std::strerror(wire.error);
    errno = wire.error;
  } else if (wire.ended && ERR_peek_error() == 0) {
    problem_ = "the other end has hung up";
  } else {
    problem_ = last_tls_problem();
  }
  ERR_clear_error();
  return TlsResult::Failed;
}

TlsResult TlsConnection::handshake(int fd) {
  state_->wire.fd = fd;
  TlsResult result = TlsResult::WantRead;
  do {
    state_->wire.asked = false;
    result = after(SSL_do_handshake(state_->connection.get()), fd);
  } while (result == TlsResult::WantRead && !state_->wire.drained);
  state_->wire.drained = false;
  if (result == TlsResult::Ended) problem_ = "the other end has hung up";
  const bool over = result == TlsResult::Done || result == TlsResult::WantWrite;
  if (over && peer_is_expected()) return TlsResult::Done;
  return result == TlsResult::WantRead ? result : TlsResult::Failed;
}

bool TlsConnection::peer_is_expected() {
  const TlsSettings& settings = context_->settings();
  if (!settings.check_peer || settings.peer_names.empty()) return true;
  X509* certificate = SSL_get0_peer_certificate(state_->connection.get());
  if (certificate != nullptr)
    for (const std::string& name : names_of(certificate))
      for (const std::string& expected : settings.peer_names)
        if (name_matches(expected, name)) return true;
  problem_ = "verify SAN list";  // Envoy's words
  return false;
}

TlsResult TlsConnection::read(int fd, std::span<char> out, std::size_t& got) {
  Wire& wire = state_->wire;
  wire.fd = fd;
  wire.asked = false;
  got = 0;
  int result = 1;
  while (got < out.size()) {
    std::size_t part = 0;
    result = SSL_read_ex(state_->connection.get(), out.data() + got, out.size() - got, &part);
    got += part;
    if (result > 0) continue;
    // A record's part alone, and the socket may have the rest.
    if (got > 0 || wire.drained || SSL_want(state_->connection.get()) != SSL_READING) break;
    wire.asked = false;
  }
  const bool drained = std::exchange(wire.drained, false);
  const TlsResult all = after(result, fd);
  if (all == TlsResult::WantRead) return drained ? all : TlsResult::Done;
  if (all == TlsResult::WantWrite) return TlsResult::Done;
  // What came before an end or a failure is given first; the next call tells of that again.
  return got > 0 ? TlsResult::Done : all;
}

TlsResult TlsConnection::write(int fd, std::span<const char> data) {
  state_->wire.fd = fd;
  int result = 1;
  while (!data.empty() && result > 0) {
    std::size_t part = 0;
    result = SSL_write_ex(state_->connection.get(), data.data(), data.size(), &part);
    data = data.subspan(part);
  }
  return after(result, fd);
}

TlsResult TlsConnection::flush(int fd) {
  std::vector<char>& fresh = wire_buffers().out;
  std::vector<char>& old = state_->wire.unsent;
  const bool waited = !old.empty();
  if (waited) {
    old.insert(old.end(), fresh.begin(), fresh.end());
    fresh.clear();
  }
  const std::vector<char>& all = waited ? old : fresh;
  std::size_t done = 0;
  TlsResult result = TlsResult::Done;
  while (done < all.size()) {
    const ssize_t sent = ::send(fd, all.data() + done, all.size() - done, MSG_NOSIGNAL);
    if (sent >= 0) {
      done += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      result = TlsResult::WantWrite;
      break;
    } else if (errno != EINTR) {
      problem_ = std::strerror(errno);
      result = TlsResult::Failed;
      break;
    }
  }
  if (waited) {
    old.erase(old.begin(), old.begin() + static_cast<std::ptrdiff_t>(done));
  } else if (done < fresh.size()) {
    old.assign(fresh.begin() + static_cast<std::ptrdiff_t>(done), fresh.end());
  }
  if (old.empty()) std::vector<char>().swap(old);
  fresh.clear();
  return result;
}

TlsResult TlsConnection::finish(int fd) {
  state_->wire.fd = fd;
  const int result = SSL_shutdown(state_->connection.get());
  ERR_clear_error();
  return after(result < 0 ? result : 1, fd);
}

std::string_view TlsConnection::alpn() const {
  const unsigned char* data = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(state_->connection.get(), &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}

bool TlsConnection::resumed() const {
  return SSL_session_reused(state_->connection.get()) == 1;
}

std::string TlsConnection::peer_name() const {
  X509* certificate = SSL_get0_peer_certificate(state_->connection.get());
  if (certificate == nullptr) return {};
  std::vector<std::string> names = names_of(certificate);
  return names.empty() ? std::string() : std::move(names.front());
}

}  // namespace egressctl::forward
