#include "lib/datapath/upstream_lab.h"

#include <map>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <httplib.h>
#include <openssl/pem.h>

#include "lib/base/host_name.h"
#include "lib/base/text.h"
#include "lib/forward/tls/certificates.h"
#include "lib/forward/tls/openssl.h"

namespace egressctl::datapath {
namespace {

// Names that are kept a certificate for; more are made anew each time.
constexpr std::size_t kMostNames = 10'000;
constexpr time_t kSecondsOfSilence = 10;

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{host}</title></head>
<body>
<h1>{host}</h1>
<p>This is no real {host}: egressctl's lab stands in for it. What arrived:</p>
<pre>
{method} {path}
server name  {sni}
TLS          {tls}
from         {from}
</pre>
</body>
</html>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&' || c == '<' || c == '>' || c == '"' || byte < 0x20)
      out += fmt::format("&#{};", byte);
    else
      out += c;
  }
  return out;
}

std::string server_name(const SSL* ssl) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? "" : to_lower(name);
}

void answer(const httplib::Request& request, httplib::Response& response) {
  const std::string authority = request.get_header_value("Host");
  const std::string host = escaped(authority.substr(0, authority.find(':')));
  response.set_content(
      fmt::format(fmt::runtime(kPage), fmt::arg("host", host),
                  fmt::arg("method", escaped(request.method)),
                  fmt::arg("path", escaped(request.path)),
                  fmt::arg("sni", escaped(server_name(request.ssl))),
                  fmt::arg("tls", fmt::format("{} {}", SSL_get_version(request.ssl),
                                              SSL_get_cipher_name(request.ssl))),
                  fmt::arg("from", fmt::format("{}:{}", request.remote_addr, request.remote_port))),
      "text/html; charset=utf-8");
}

}  // namespace

struct UpstreamLab::State {
  explicit State(forward::Authority made) : authority(std::move(made)) {}

  // The certificate of a name, or nothing when none can be made.
  forward::Credentials credentials_of(const std::string& name) {
    const std::lock_guard lock(mutex);
    if (const auto known = issued.find(name); known != issued.end()) return known->second;
    auto made = authority.issue({.uris = {}, .hosts = {name}});
    if (!made) return {};
    if (issued.size() < kMostNames) issued[name] = *made;
    return *made;
  }

  // Called by OpenSSL while it reads a hello.
  static int choose_certificate(SSL* ssl, int* alert, void* self) {
    const std::string name = server_name(ssl);
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    if (host_problem(name) != HostProblem::None || is_wildcard(name))
      return SSL_TLSEXT_ERR_ALERT_FATAL;
    const forward::Credentials made = static_cast<State*>(self)->credentials_of(name);
    const auto bio = [](const std::string& pem) {
      return forward::BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    };
    const forward::CertificatePtr certificate(
        PEM_read_bio_X509(bio(made.certificates).get(), nullptr, nullptr, nullptr));
    const forward::KeyPtr key(
        PEM_read_bio_PrivateKey(bio(made.key).get(), nullptr, nullptr, nullptr));
    *alert = SSL_AD_INTERNAL_ERROR;
    if (!certificate || !key || SSL_use_certificate(ssl, certificate.get()) != 1 ||
        SSL_use_PrivateKey(ssl, key.get()) != 1)
      return SSL_TLSEXT_ERR_ALERT_FATAL;
    return SSL_TLSEXT_ERR_OK;
  }

  // Clients of HTTP/2 must hear that there is none.
  static int choose_protocol(SSL*, const unsigned char** out, unsigned char* size,
                             const unsigned char* offered, unsigned offered_size, void*) {
    static constexpr unsigned char kHttp1[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, size, kHttp1, sizeof kHttp1 - 1, offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED)
      return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
  }

  forward::Authority authority;
  std::mutex mutex;  // of `issued`
  std::map<std::string, forward::Credentials> issued;
  std::unique_ptr<httplib::SSLServer> server;
  forward::SocketAddress address;
  std::thread thread;
};

UpstreamLab::UpstreamLab(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<UpstreamLab>> UpstreamLab::start() {
  auto authority = forward::Authority::make("egressctl upstream lab");
  if (!authority) return tl::unexpected(authority.error());
  auto state = std::make_unique<State>(std::move(*authority));
  State* self = state.get();
  state->server = std::make_unique<httplib::SSLServer>([self](SSL_CTX& context) {
    SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
    SSL_CTX_set_tlsext_servername_callback(&context, &State::choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(&context, self);
    SSL_CTX_set_alpn_select_cb(&context, &State::choose_protocol, nullptr);
    return true;
  });
  httplib::SSLServer& server = *state->server;
  server.set_read_timeout(kSecondsOfSilence);
  server.set_write_timeout(kSecondsOfSilence);
  for (auto method : {&httplib::Server::Get, &httplib::Server::Options})
    (server.*method)(".*", answer);
  using WithBody =
      httplib::Server& (httplib::Server::*)(const std::string&, httplib::Server::Handler);
  for (const WithBody method :
       {static_cast<WithBody>(&httplib::Server::Post), static_cast<WithBody>(&httplib::Server::Put),
        static_cast<WithBody>(&httplib::Server::Patch),
        static_cast<WithBody>(&httplib::Server::Delete)})
    (server.*method)(".*", answer);
  constexpr const char* kHere = "127.0.0.1";
  const int port = server.bind_to_any_port(kHere);
  if (port < 0) return fail(ErrorCode::Io, "the upstream lab can't listen on 127.0.0.1");
  state->address.ip = *IpAddress::parse(kHere);
  state->address.port = static_cast<std::uint16_t>(port);
  state->thread = std::thread([&server] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();
  return std::unique_ptr<UpstreamLab>(new UpstreamLab(std::move(state)));
}

UpstreamLab::~UpstreamLab() {
  state_->server->stop();
  state_->thread.join();
}

const forward::SocketAddress& UpstreamLab::address() const {
  return state_->address;
}

const std::string& UpstreamLab::authority() const {
  return state_->authority.certificate();
}

}  // namespace egressctl::datapath
