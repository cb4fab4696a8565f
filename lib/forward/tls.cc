// With OpenSSL 3.0.
#include "lib/forward/tls.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace egressctl::forward {
namespace {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using SessionPtr = std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using ConnectionPtr = std::unique_ptr<SSL, FreeWith<SSL_free>>;

// Enough for several records: one system call moves them all.
constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
constexpr std::size_t kMostSessions = 1000;

// What a thread's connections share: the bytes between the socket and the library.
struct Buffers {
  std::vector<char> in = std::vector<char>(kReadBytes);
  std::size_t in_from = 0;
  std::size_t in_to = 0;
  std::vector<char> out;
};

Buffers& buffers() {
  thread_local Buffers shared;
  return shared;
}

// What the library calls to read and write; the connection sets it before each call.
struct Wire {
  int fd = -1;
  std::vector<char> unread;  // of this connection, read from the socket before
  std::size_t unread_from = 0;
  std::vector<char> unsent;
  bool ended = false;    // the socket has
  bool asked = false;    // the socket was read in this call: what more there is waits for the next
  bool drained = false;  // the socket has no more
  int error = 0;         // the socket's
};

int wire_read(BIO* bio, char* out, std::size_t size, std::size_t* got) {
  auto& wire = *static_cast<Wire*>(BIO_get_data(bio));
  Buffers& shared = buffers();
  BIO_clear_retry_flags(bio);
  *got = 0;
  if (!wire.unread.empty()) {
    *got = std::min(size, wire.unread.size() - wire.unread_from);
    std::memcpy(out, wire.unread.data() + wire.unread_from, *got);
    wire.unread_from += *got;
    if (wire.unread_from == wire.unread.size()) {
      std::vector<char>().swap(wire.unread);
      wire.unread_from = 0;
    }
    return 1;
  }
  if (shared.in_from == shared.in_to) {
    if (wire.ended) return 0;
    if (wire.asked) {
      BIO_set_retry_read(bio);
      return -1;
    }
    wire.asked = true;
    ssize_t count = 0;
    do {
      count = ::recv(wire.fd, shared.in.data(), shared.in.size(), 0);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) {
      if (count == 0) {
        wire.ended = true;
      } else if (errno == EAGAIN) {
        wire.drained = true;
        BIO_set_retry_read(bio);
      } else {
        wire.error = errno;
      }
      return count == 0 ? 0 : -1;
    }
    shared.in_from = 0;
    shared.in_to = static_cast<std::size_t>(count);
  }
  *got = std::min(size, shared.in_to - shared.in_from);
  std::memcpy(out, shared.in.data() + shared.in_from, *got);
  shared.in_from += *got;
  return 1;
}

int wire_write(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  std::vector<char>& out = buffers().out;
  out.insert(out.end(), data, data + size);
  *written = size;
  return 1;
}

long wire_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return static_cast<Wire*>(BIO_get_data(bio))->ended ? 1 : 0;
  return 0;
}

BIO_METHOD* wire_method() {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
    BIO_meth_set_read_ex(method, wire_read);
    BIO_meth_set_write_ex(method, wire_write);
    BIO_meth_set_ctrl(method, wire_control);
    BIO_meth_set_create(method, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return method;
  }();
  return kMethod;
}

// The library's oldest complaint, and an end of its list.
std::string last_problem() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "TLS_error:unknown";
  std::string reason =
      ERR_reason_error_string(code) == nullptr ? "" : ERR_reason_error_string(code);
  std::transform(reason.begin(), reason.end(), reason.begin(), [](char c) {
    if (c == ' ') return '_';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return fmt::format("TLS_error:|{}:SSL_routines:{}:TLS_error_end", code, reason);
}

std::vector<CertificatePtr> read_certificates(const std::string& pem) {
  std::vector<CertificatePtr> out;
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (CertificatePtr next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)})
    out.push_back(std::move(next));
  ERR_clear_error();  // the end of the text is one
  return out;
}

// The protocols as they go over the wire: each with its length before it.
std::string wire_form(const std::vector<std::string>& protocols) {
  std::string out;
  for (const std::string& protocol : protocols) {
    out += static_cast<char>(protocol.size());
    out += protocol;
  }
  return out;
}

bool name_matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

std::string_view text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// The URIs, then the DNS names.
std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> uris;
  std::vector<std::string> hosts;
  auto* all = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type == GEN_URI) uris.emplace_back(text_of(name->d.uniformResourceIdentifier));
    if (name->type == GEN_DNS) hosts.emplace_back(text_of(name->d.dNSName));
  }
  GENERAL_NAMES_free(all);
  uris.insert(uris.end(), hosts.begin(), hosts.end());
  return uris;
}

Result<std::string> read_all(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
                fmt::format("can't read {}: {}", path, std::strerror(errno)));
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

int index_of_context() {
  static const int kIndex = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return kIndex;
}

}  // namespace

Result<Credentials> read_credentials(const CredentialPaths& paths) {
  struct stat status {};
  if (!paths.key.empty() && ::stat(paths.key.c_str(), &status) == 0) {
    // A group's reading is let pass for root's files: Kubernetes mounts secrets so (fsGroup).
    constexpr mode_t kOthers = S_IRWXO | S_IWGRP | S_IXGRP;
    const bool group_reads = (status.st_mode & S_IRGRP) != 0 && status.st_uid != 0;
    if ((status.st_mode & kOthers) != 0 || group_reads)
      return fail(ErrorCode::Usage,
                  fmt::format("{} is a private key that others may read (mode {:04o}); run: chmod "
                              "600 {}",
                              paths.key, status.st_mode & 07777, paths.key));
  }
  Credentials out;
  for (const auto& [path, text] :
       {std::pair(&paths.certificates, &out.certificates), std::pair(&paths.key, &out.key),
        std::pair(&paths.authorities, &out.authorities)}) {
    auto read = read_all(*path);
    if (!read) return tl::unexpected(read.error());
    *text = std::move(*read);
  }
  return out;
}

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

namespace {

Result<void> use_credentials(SSL_CTX* context, const Credentials& credentials,
                             std::int64_t& expires) {
  const std::vector<CertificatePtr> chain = read_certificates(credentials.certificates);
  if (chain.empty()) return fail(ErrorCode::Usage, "no certificate in the certificate file");
  const BioPtr bio(
      BIO_new_mem_buf(credentials.key.data(), static_cast<int>(credentials.key.size())));
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return fail(ErrorCode::Usage, "no private key in the key file: " + last_problem());
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return fail(ErrorCode::Usage, "the key is not the certificate's: " + last_problem());
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
      return fail(ErrorCode::Usage, "a certificate of the chain can't be used: " + last_problem());
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(chain.front().get()), &end) == 1) expires = ::timegm(&end);
  return {};
}

Result<void> trust(SSL_CTX* context, const std::string& authorities, bool names_them) {
  const std::vector<CertificatePtr> certificates = read_certificates(authorities);
  if (certificates.empty()) return fail(ErrorCode::Usage, "no certificate in the CA file");
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const CertificatePtr& each : certificates) {
    if (X509_STORE_add_cert(store, each.get()) != 1)
      return fail(ErrorCode::Usage, "a CA's certificate can't be used: " + last_problem());
    if (names_them) SSL_CTX_add_client_CA(context, each.get());
  }
  return {};
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned int in_size, void* argument) {
  const auto& own = *static_cast<const std::string*>(argument);
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const unsigned char*>(own.data()),
                            static_cast<unsigned int>(own.size()), in,
                            in_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;  // as Envoy: a client without a common protocol may go on
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;
const TlsSettings& TlsContext::settings() const {
  return state_->settings;
}
TlsRole TlsContext::role() const {
  return state_->role;
}
std::int64_t TlsContext::expires() const {
  return state_->expires;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::make(TlsRole role, TlsSettings settings) {
  auto state = std::make_unique<State>();
  state->role = role;
  state->settings = std::move(settings);
  state->context.reset(
      SSL_CTX_new(role == TlsRole::Server ? TLS_server_method() : TLS_client_method()));
  SSL_CTX* context = state->context.get();
  if (context == nullptr) return fail(ErrorCode::Io, last_problem());
  const TlsSettings& own = state->settings;
  const bool server = role == TlsRole::Server;

  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // What Envoy offers: suites with forward secrecy and authenticated encryption alone.
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_ciphersuites(
      context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
  SSL_CTX_set1_groups_list(context, "X25519:P-256");

  if (!own.credentials.certificates.empty() || server)
    if (const auto used = use_credentials(context, own.credentials, state->expires); !used)
      return tl::unexpected(used.error());
  if (own.check_peer) {
    if (const auto trusted = trust(context, own.credentials.authorities, server); !trusted)
      return tl::unexpected(trusted.error());
    SSL_CTX_set_verify(context,
                       server ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_PEER,
                       nullptr);
  }
  state->alpn = wire_form(own.alpn);
  if (!own.alpn.empty() && server)
    SSL_CTX_set_alpn_select_cb(context, choose_alpn, &state->alpn);
  else if (!own.alpn.empty())
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(state->alpn.data()),
                            static_cast<unsigned int>(state->alpn.size()));

  SSL_CTX_set_ex_data(context, index_of_context(), state.get());
  if (!own.resumption) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
  } else if (server) {
    // A ticket holds the whole session; the server keeps nothing.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    static constexpr unsigned char kSession[] = "egressctl";
    SSL_CTX_set_session_id_context(context, kSession, sizeof kSession - 1);
    SSL_CTX_set_num_tickets(context, 1);
  } else {
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, [](SSL* connection, SSL_SESSION* session) {
      const auto* kept = static_cast<const State*>(
          SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), index_of_context()));
      kept->keep(session);
      return 1;
    });
  }
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(state)));
}

struct TlsConnection::State {
  ConnectionPtr connection;
  Wire wire;
};

TlsConnection::TlsConnection(std::shared_ptr<const TlsContext> context,
                             std::span<const std::uint8_t> received)
    : context_(std::move(context)), state_(std::make_unique<State>()) {
  const TlsContext::State& shared = *context_->state_;
  state_->connection.reset(SSL_new(shared.context.get()));
  state_->wire.unread.assign(received.begin(), received.end());
  BIO* bio = BIO_new(wire_method());
  BIO_set_data(bio, &state_->wire);
  SSL* connection = state_->connection.get();
  SSL_set_bio(connection, bio, bio);
  if (shared.role == TlsRole::Server) {
    SSL_set_accept_state(connection);
    return;
  }
  SSL_set_connect_state(connection);
  const std::string& name = shared.settings.server_name;
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
  Buffers& shared = buffers();
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
    problem_ = last_problem();
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
  std::vector<char>& fresh = buffers().out;
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
