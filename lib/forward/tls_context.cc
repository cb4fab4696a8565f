// With OpenSSL 3.0.
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <openssl/pem.h>

#include "lib/forward/tls_state.h"

namespace egressctl::forward {
namespace {

// The protocols as they go over the wire: each with its length before it.
std::string wire_form(const std::vector<std::string>& protocols) {
  std::string out;
  for (const std::string& protocol : protocols) {
    out += static_cast<char>(protocol.size());
    out += protocol;
  }
  return out;
}

int index_of_context() {
  static const int kIndex = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return kIndex;
}

Result<void> use_credentials(SSL_CTX* context, const Credentials& credentials,
                             std::int64_t& expires) {
  const std::vector<CertificatePtr> chain = read_certificates(credentials.certificates);
  if (chain.empty()) return fail(ErrorCode::Usage, "no certificate in the certificate file");
  const BioPtr bio(
      BIO_new_mem_buf(credentials.key.data(), static_cast<int>(credentials.key.size())));
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return fail(ErrorCode::Usage, "no private key in the key file: " + last_tls_problem());
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return fail(ErrorCode::Usage, "the key is not the certificate's: " + last_tls_problem());
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
      return fail(ErrorCode::Usage,
                  "a certificate of the chain can't be used: " + last_tls_problem());
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
      return fail(ErrorCode::Usage, "a CA's certificate can't be used: " + last_tls_problem());
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
  if (context == nullptr) return fail(ErrorCode::Io, last_tls_problem());
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

}  // namespace egressctl::forward
