#include "lib/forward/tls/tls.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "lib/forward/tls/kernel_tls.h"
#include "lib/forward/tls/tls_state.h"
#include "lib/forward/tls/tls_wire.h"
#include "lib/forward/tls/tls_words.h"

namespace egressctl::forward {
namespace {

constexpr std::size_t kMostInRecord = std::size_t{16} * 1024;

// GnuTLS refuses server names with an underscore, and those of Istio's gateways begin with
// "outbound_.443_"; RFC 6066 leaves it to servers what they take. The name has been read and judged
// by then (client_hello.h), so its reading is replaced by one that takes all. The library compares
// a number of more than 16 bits with those that it wants to keep for itself, and stores the low 16.
constexpr int kServerNameExtension = 0x10000;

int ignore_extension(gnutls_session_t, const unsigned char*, std::size_t) {
  return 0;
}

using GnutlsSessionPtr = std::unique_ptr<gnutls_session_int, FreeWith<gnutls_deinit>>;

}  // namespace

struct TlsConnection::State {
  // Whether the other end is who it must be; else a problem. GnuTLS calls it through check_peer()
  // before it tells the other end that the handshake is over.
  bool peer_is_expected();

  int shake_hands();

  const TlsContext::State& shared;
  Wire wire;
  GnutlsSessionPtr session;
  std::string server_name;
  std::shared_ptr<const CheckedPeer> peer;
  std::string problem;
  bool handshaken = false;
  bool ticket_kept = false;
  bool kernel_asked = false;
  bool kernel_sends = false;
  bool kernel_must_finish = false;  // the socket has not taken the end yet
};

bool TlsConnection::State::peer_is_expected() {
  if (shared.peers == nullptr) return true;
  unsigned int count = 0;
  const gnutls_datum_t* sent = gnutls_certificate_get_peers(session.get(), &count);
  std::vector<std::string_view> chain;
  for (unsigned int i = 0; i < count; ++i)
    chain.emplace_back(reinterpret_cast<const char*>(sent[i].data), sent[i].size);
  PeerCheck::Verdict verdict = shared.peers->check(chain);
  peer = std::move(verdict.peer);
  problem = std::move(verdict.problem);
  return peer != nullptr;
}

int check_peer_of(gnutls_session_t session) {
  auto* state = static_cast<TlsConnection::State*>(gnutls_session_get_ptr(session));
  return state->peer_is_expected() ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

TlsConnection::TlsConnection(std::shared_ptr<const TlsContext> context,
                             std::span<const std::uint8_t> received, const std::string& server_name)
    : context_(std::move(context)), state_(new State{*context_->state_, {}, {}, {}, {}, {}}) {
  const TlsContext::State& shared = state_->shared;
  const TlsSettings& settings = shared.settings;
  const bool server = shared.role == TlsRole::Server;
  // One key share: a server that wants another group than the first asks for it.
  unsigned int flags = (server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NONBLOCK |
                       GNUTLS_NO_SIGNAL | GNUTLS_KEY_SHARE_TOP | GNUTLS_FORCE_CLIENT_CERT;
  if (!settings.resumption) flags |= GNUTLS_NO_TICKETS;
  gnutls_session_t session = nullptr;
  if (gnutls_init(&session, flags) < 0) return;  // out of memory: the handshake says so
  state_->session.reset(session);
  state_->wire.session = session;
  state_->wire.unread.assign(received.begin(), received.end());
  use_wire(state_->wire);
  gnutls_session_set_ptr(session, state_.get());
  gnutls_priority_set(session, shared.priority.get());
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, shared.credentials.get());
  if (shared.peers != nullptr) gnutls_session_set_verify_function(session, check_peer_of);
  if (!shared.alpn.empty())
    gnutls_alpn_set_protocols(session, shared.alpn.data(),
                              static_cast<unsigned int>(shared.alpn.size()),
                              server ? GNUTLS_ALPN_SERVER_PRECEDENCE : 0);
  if (server) {
    gnutls_session_ext_register(session, "server_name", kServerNameExtension, GNUTLS_EXT_MANDATORY,
                                ignore_extension, nullptr, nullptr, nullptr, nullptr,
                                GNUTLS_EXT_FLAG_CLIENT_HELLO);
    gnutls_certificate_server_set_request(
        session, shared.peers != nullptr ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_IGNORE);
    if (settings.resumption) gnutls_session_ticket_enable_server(session, &shared.ticket_key);
    return;
  }
  state_->server_name = server_name.empty() ? settings.server_name : server_name;
  const std::string& name = state_->server_name;
  if (!name.empty()) gnutls_server_name_set(session, GNUTLS_NAME_DNS, name.data(), name.size());
  if (!settings.resumption) return;
  if (const std::string known = shared.sessions.take(name); !known.empty())
    gnutls_session_set_data(session, known.data(), known.size());
}

TlsConnection::~TlsConnection() = default;

const std::string& TlsConnection::problem() const {
  return state_->problem;
}

// Sends what the library has written, and puts aside what it has not read. `result` is the
// library's.
TlsResult TlsConnection::after(std::ptrdiff_t result, int fd, int flags) {
  Wire& wire = state_->wire;
  WireBuffers& shared = wire_buffers();
  if (shared.in_from < shared.in_to) {
    wire.unread.insert(wire.unread.end(), shared.in.data() + shared.in_from,
                       shared.in.data() + shared.in_to);
    shared.in_from = shared.in_to;
  }
  // What the library writes while it reads (an answer to new keys) would be no record to the
  // kernel.
  if (state_->kernel_sends) shared.out.clear();
  const TlsResult sent = shared.out.empty() ? TlsResult::Done : send(fd, flags);
  if (result >= 0) return sent;
  if (result == GNUTLS_E_AGAIN) return sent == TlsResult::Done ? TlsResult::WantRead : sent;
  errno = wire.error;
  if (!state_->problem.empty()) return TlsResult::Failed;
  if (wire.error != 0) {
    state_->problem = words_of_socket_error(wire.error);
  } else if (wire.ended) {
    state_->problem = "the other end has hung up";
  } else if (result == GNUTLS_E_FATAL_ALERT_RECEIVED) {
    state_->problem = words_of_alert(gnutls_alert_get(state_->session.get()));
  } else {
    state_->problem = words_of_tls_error(static_cast<int>(result));
  }
  return TlsResult::Failed;
}

// What the library has written leaves with what comes next.
void TlsConnection::keep_for_later() {
  std::vector<char>& fresh = wire_buffers().out;
  state_->wire.unsent.insert(state_->wire.unsent.end(), fresh.begin(), fresh.end());
  fresh.clear();
}

void TlsConnection::source_ends() {
  state_->wire.ends = true;
}

// One step of it: GnuTLS's result.
int TlsConnection::State::shake_hands() {
  if (session == nullptr) return GNUTLS_E_MEMORY_ERROR;
  if (handshaken) return 0;
  int result = 0;
  do {
    result = gnutls_handshake(session.get());
  } while (result < 0 && result != GNUTLS_E_AGAIN && gnutls_error_is_fatal(result) == 0);
  // One that is resumed shows no certificate anew: the one that it showed then may have ended.
  if (result == 0 && gnutls_session_is_resumed(session.get()) != 0 && !peer_is_expected())
    result = GNUTLS_E_CERTIFICATE_ERROR;
  if (result < 0 && result != GNUTLS_E_AGAIN && !wire.ended)
    gnutls_alert_send_appropriate(session.get(), result);
  handshaken = result == 0;
  return result;
}

TlsResult TlsConnection::handshake(int fd) {
  Wire& wire = state_->wire;
  wire.fd = fd;
  TlsResult result = flush(fd);
  if (result != TlsResult::Done) return result;
  do {
    wire.asked = false;
    const int done = state_->shake_hands();
    // A server of TLS 1.2 has the last word, and its client waits for it.
    const bool waited_for =
        done < 0 || (state_->shared.role == TlsRole::Server &&
                     gnutls_protocol_get_version(state_->session.get()) < GNUTLS_TLS1_3);
    if (!waited_for) keep_for_later();
    result = after(done, fd);
  } while (result == TlsResult::WantRead && (!wire.drained || has_unread(wire)));
  wire.drained = false;
  if (result == TlsResult::Done) keep_ticket();
  return result;
}

// For the next connection to the same server.
void TlsConnection::keep_ticket() {
  const TlsContext::State& shared = state_->shared;
  if (state_->ticket_kept || shared.role == TlsRole::Server || !shared.settings.resumption) return;
  gnutls_session_t session = state_->session.get();
  if ((gnutls_session_get_flags(session) & GNUTLS_SFLAGS_SESSION_TICKET) == 0) return;
  state_->ticket_kept = true;
  gnutls_datum_t data{};
  if (gnutls_session_get_data2(session, &data) < 0) return;
  shared.sessions.keep(state_->server_name,
                       std::string(reinterpret_cast<const char*>(data.data), data.size));
  gnutls_free(data.data);
}

TlsResult TlsConnection::read(int fd, std::span<char> out, std::size_t& got) {
  Wire& wire = state_->wire;
  wire.fd = fd;
  wire.most = out.size();
  wire.asked = false;
  got = 0;
  bool ended = false;
  std::ptrdiff_t result = 0;
  while (got < out.size()) {
    result = gnutls_record_recv(state_->session.get(), out.data() + got, out.size() - got);
    if (result > 0) {
      got += static_cast<std::size_t>(result);
      continue;
    }
    // Whoever hangs up without a word has ended too: what is inside tells whether it is whole.
    ended = result == 0 || result == GNUTLS_E_PREMATURE_TERMINATION;
    if (ended) break;
    // The library has taken something that is not data, a session ticket for one.
    if (result == GNUTLS_E_WARNING_ALERT_RECEIVED) continue;
    if (result == GNUTLS_E_AGAIN && has_unread(wire)) continue;
    // A record's part alone, and the socket may have the rest.
    if (got > 0 || wire.drained || result != GNUTLS_E_AGAIN) break;
    wire.asked = false;
  }
  keep_ticket();
  const bool drained = std::exchange(wire.drained, false);
  const TlsResult all = after(ended ? 0 : result, fd);
  if (ended && all != TlsResult::Failed) return got > 0 ? TlsResult::Done : TlsResult::Ended;
  if (all == TlsResult::WantRead) return drained ? all : TlsResult::Done;
  if (all == TlsResult::WantWrite) return TlsResult::Done;
  // What came before an end or a failure is given first; the next call tells of that again.
  return got > 0 ? TlsResult::Done : all;
}

bool TlsConnection::let_kernel_send(int fd) {
  if (!state_->wire.unsent.empty()) return state_->kernel_sends;
  if (!std::exchange(state_->kernel_asked, true))
    state_->kernel_sends = forward::let_kernel_send(fd, state_->session.get());
  return state_->kernel_sends;
}

TlsResult TlsConnection::write(int fd, std::span<const char> data) {
  state_->wire.fd = fd;
  if (state_->kernel_sends) {
    wire_buffers().out.assign(data.begin(), data.end());
    return send(fd, 0);
  }
  std::ptrdiff_t result = 0;
  while (!data.empty() && result >= 0) {
    const std::size_t size = std::min(data.size(), kMostInRecord);
    result = gnutls_record_send(state_->session.get(), data.data(), size);
    if (result > 0) data = data.subspan(static_cast<std::size_t>(result));
  }
  return after(result, fd);
}

TlsResult TlsConnection::flush(int fd) {
  const TlsResult result = state_->wire.unsent.empty() ? TlsResult::Done : send(fd, 0);
  if (result == TlsResult::Done && state_->kernel_must_finish) return finish_by_kernel(fd);
  return result;
}

TlsResult TlsConnection::send(int fd, int flags) {
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
    const ssize_t sent = ::send(fd, all.data() + done, all.size() - done, MSG_NOSIGNAL | flags);
    if (sent >= 0) {
      done += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      result = TlsResult::WantWrite;
      break;
    } else if (errno != EINTR) {
      state_->problem = words_of_socket_error(errno);
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
  if (state_->kernel_sends) return finish_by_kernel(fd);
  // One packet takes these words and the socket's end.
  return after(gnutls_bye(state_->session.get(), GNUTLS_SHUT_WR), fd, MSG_MORE);
}

TlsResult TlsConnection::finish_by_kernel(int fd) {
  while (!send_kernel_close_notify(fd)) {
    if (errno == EINTR) continue;
    state_->kernel_must_finish = errno == EAGAIN;
    if (state_->kernel_must_finish) return TlsResult::WantWrite;
    state_->problem = words_of_socket_error(errno);
    return TlsResult::Failed;
  }
  state_->kernel_must_finish = false;
  return TlsResult::Done;
}

std::string_view TlsConnection::alpn() const {
  gnutls_datum_t chosen{};
  if (gnutls_alpn_get_selected_protocol(state_->session.get(), &chosen) < 0) return {};
  return {reinterpret_cast<const char*>(chosen.data), chosen.size};
}

bool TlsConnection::resumed() const {
  return gnutls_session_is_resumed(state_->session.get()) != 0;
}

std::string TlsConnection::version() const {
  if (!state_->handshaken) return {};
  return gnutls_protocol_get_version(state_->session.get()) == GNUTLS_TLS1_3 ? "TLSv1.3"
                                                                             : "TLSv1.2";
}

std::string TlsConnection::cipher() const {
  return state_->handshaken ? words_of_cipher(state_->session.get()) : std::string();
}

std::string TlsConnection::group() const {
  return state_->handshaken ? words_of_group(state_->session.get()) : std::string();
}

const std::string& TlsConnection::server_name() const {
  return state_->server_name;
}

const CertificateFacts* TlsConnection::own_certificate() const {
  const auto& own = state_->shared.own;
  return own ? &*own : nullptr;
}

const CertificateFacts* TlsConnection::peer_certificate() const {
  return state_->peer == nullptr ? nullptr : &state_->peer->certificate;
}

}  // namespace egressctl::forward
