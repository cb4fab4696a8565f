#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "lib/forward/tls/private_key.h"
#include "lib/forward/tls/tls_state.h"

namespace egressctl::forward {
namespace {

constexpr std::size_t kMostSessions = 1000;

// What Envoy offers: TLS 1.2 and 1.3, suites with forward secrecy and authenticated encryption
// alone, X25519 before P-256.
constexpr const char* kPriority =
    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD:"
    "+ECDHE-ECDSA:+ECDHE-RSA:+GROUP-X25519:+GROUP-SECP256R1:+CTYPE-X509:+COMP-NULL:"
    "+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256:+SIGN-ECDSA-SHA256:"
    "+SIGN-ECDSA-SECP384R1-SHA384:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-SHA384:+SIGN-ECDSA-SHA384:"
    "+SIGN-ECDSA-SECP521R1-SHA512:+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-SHA512:+SIGN-ECDSA-SHA512:"
    "+SIGN-EDDSA-ED25519:%SERVER_PRECEDENCE";

tl::unexpected<Error> failed(std::string_view what, int error) {
  return fail(ErrorCode::Usage, fmt::format("{}: {}", what, gnutls_strerror(error)));
}

gnutls_datum_t datum_of(const std::string& text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned int>(text.size())};
}

Result<void> use_credentials(gnutls_certificate_credentials_t credentials, const Credentials& given,
                             std::optional<CertificateFacts>& own) {
  const std::vector<CertificatePtr> chain = read_certificates(given.certificates);
  if (chain.empty()) return fail(ErrorCode::Usage, "no certificate in the certificate file");
  auto key = read_signing_key(given.key, chain.front().get());
  if (!key) return tl::unexpected(key.error());
  std::vector<gnutls_pcert_st> certificates(chain.size());
  auto count = static_cast<unsigned int>(chain.size());
  const gnutls_datum_t pem = datum_of(given.certificates);
  if (const int error = gnutls_pcert_list_import_x509_raw(certificates.data(), &count, &pem,
                                                          GNUTLS_X509_FMT_PEM, 0);
      error < 0)
    return failed("a certificate of the chain can't be used", error);
  const int error = gnutls_certificate_set_key(credentials, nullptr, 0, certificates.data(),
                                               static_cast<int>(count), key->get());
  if (error < 0) {
    for (unsigned int i = 0; i < count; ++i) gnutls_pcert_deinit(&certificates[i]);
    return failed("the certificate and its key can't be used", error);
  }
  static_cast<void>(key->release());  // the credentials have it now
  own = facts_of(chain.front().get());
  return {};
}

}  // namespace

void SessionStore::keep(const std::string& server_name, std::string session) {
  const std::lock_guard lock(mutex_);
  if (sessions_.size() >= kMostSessions) sessions_.erase(sessions_.begin());
  sessions_.emplace_back(server_name, std::move(session));
}

std::string SessionStore::take(const std::string& server_name) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(sessions_.rbegin(), sessions_.rend(),
                                  [&](const auto& each) { return each.first == server_name; });
  if (found == sessions_.rend()) return {};
  std::string out = std::move(found->second);
  sessions_.erase(std::next(found).base());
  return out;
}

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;
const TlsSettings& TlsContext::settings() const {
  return state_->settings;
}
TlsRole TlsContext::role() const {
  return state_->role;
}
std::int64_t TlsContext::expires() const {
  return state_->own ? state_->own->until : 0;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::make(TlsRole role, TlsSettings settings) {
  auto state = std::make_unique<State>();
  state->role = role;
  state->settings = std::move(settings);
  const TlsSettings& own = state->settings;
  const bool server = role == TlsRole::Server;

  gnutls_certificate_credentials_t credentials = nullptr;
  gnutls_priority_t priority = nullptr;
  if (const int error = gnutls_certificate_allocate_credentials(&credentials); error < 0)
    return failed("no TLS", error);
  state->credentials.reset(credentials);
  if (const int error = gnutls_priority_init(&priority, kPriority, nullptr); error < 0)
    return failed("no TLS", error);
  state->priority.reset(priority);

  if (!own.credentials.certificates.empty() || server)
    if (const auto used = use_credentials(credentials, own.credentials, state->own); !used)
      return tl::unexpected(used.error());
  if (own.check_peer) {
    auto peers = PeerCheck::make(server ? PeerRole::Client : PeerRole::Server,
                                 own.credentials.authorities, own.peer_names);
    if (!peers) return tl::unexpected(peers.error());
    state->peers = std::move(*peers);
  }
  for (const std::string& protocol : own.alpn) state->alpn.push_back(datum_of(protocol));
  if (own.resumption && server)
    if (const int error = gnutls_session_ticket_key_generate(&state->ticket_key); error < 0)
      return failed("no key for session tickets", error);
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(state)));
}

}  // namespace egressctl::forward
