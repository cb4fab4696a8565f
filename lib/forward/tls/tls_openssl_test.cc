// TLS with another library at the other end, which is not as patient as one's own.
#include <sys/socket.h>

#include <thread>
#include <tuple>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>

#include "lib/forward/test_network.h"
#include "lib/forward/tls/certificate_facts.h"
#include "lib/forward/tls/certificates.h"
#include "lib/forward/tls/openssl.h"
#include "lib/forward/tls/tls.h"

namespace egressctl::forward {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using ConnectionPtr = std::unique_ptr<SSL, FreeWith<SSL_free>>;

constexpr const char* kClientId = "spiffe://cluster.local/ns/default/sa/ubuntu";
constexpr const char* kGatewayId = "spiffe://cluster.local/ns/istio-egress/sa/gateway";
constexpr const char* kName = "outbound_.443_._.gateway.istio-egress.svc.cluster.local";

struct Ends {
  Ends() {
    std::tie(ours, theirs) = testing::connected_pair();
    REQUIRE(theirs.valid());
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  }
  // Until there is more to read, or room to write.
  void wait(TlsResult result) const {
    pollfd ready{ours.get(), static_cast<short>(result == TlsResult::WantWrite ? POLLOUT : POLLIN),
                 0};
    REQUIRE_EQ(::poll(&ready, 1, testing::kPatience * 1000), 1);
  }
  UniqueFd ours;
  UniqueFd theirs;
};

ContextPtr openssl_context(const Credentials& credentials, bool server, int version) {
  ContextPtr out(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
  SSL_CTX_set_min_proto_version(out.get(), version);
  SSL_CTX_set_max_proto_version(out.get(), version);
  const auto certificates = read_certificates(credentials.certificates);
  REQUIRE_EQ(SSL_CTX_use_certificate(out.get(), certificates.front().get()), 1);
  const BioPtr bio(
      BIO_new_mem_buf(credentials.key.data(), static_cast<int>(credentials.key.size())));
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  REQUIRE_EQ(SSL_CTX_use_PrivateKey(out.get(), key.get()), 1);
  for (const auto& authority : read_certificates(credentials.authorities))
    X509_STORE_add_cert(SSL_CTX_get_cert_store(out.get()), authority.get());
  SSL_CTX_set_session_id_context(out.get(), reinterpret_cast<const unsigned char*>(kName), 8);
  SSL_CTX_set_verify(out.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return out;
}

// What OpenSSL says of a connection.
struct Agreed {
  std::string version;
  std::string cipher;
};

// The peer: shakes hands, gives back what it gets, to the end.
void echo_with_openssl(const ContextPtr& context, bool server, int fd, Agreed& agreed) {
  const ConnectionPtr connection(SSL_new(context.get()));
  SSL_set_fd(connection.get(), fd);
  SSL_set_tlsext_host_name(connection.get(), kName);
  if ((server ? SSL_accept(connection.get()) : SSL_connect(connection.get())) == 1) {
    agreed = {SSL_get_version(connection.get()), SSL_get_cipher_name(connection.get())};
    std::vector<char> buffer(20'000);
    int got = 0;
    while ((got = SSL_read(connection.get(), buffer.data(), static_cast<int>(buffer.size()))) > 0)
      SSL_write(connection.get(), buffer.data(), got);
    SSL_shutdown(connection.get());
  }
  ERR_clear_error();
}

// Halfway the kernel is asked to make the records; `by_kernel` tells whether it does.
std::string exchange(TlsConnection& connection, const Ends& ends, const std::string& data,
                     bool& by_kernel) {
  const int fd = ends.ours.get();
  TlsResult result = connection.handshake(fd);
  for (; result == TlsResult::WantRead; result = connection.handshake(fd)) ends.wait(result);
  CAPTURE(connection.problem());
  REQUIRE_EQ(result, TlsResult::Done);
  std::string out;
  std::vector<char> buffer(30'000);
  by_kernel = false;
  for (std::size_t sent = 0; sent < data.size();) {
    if (sent >= data.size() / 2) by_kernel = connection.let_kernel_send(fd);
    const std::size_t part = std::min<std::size_t>(50'000, data.size() - sent);
    result = connection.write(fd, std::span(data).subspan(sent, part));
    for (; result == TlsResult::WantWrite; result = connection.flush(fd)) ends.wait(result);
    REQUIRE_EQ(result, TlsResult::Done);
    sent += part;
    while (out.size() < sent) {
      std::size_t got = 0;
      result = connection.read(fd, buffer, got);
      REQUIRE((result == TlsResult::Done || result == TlsResult::WantRead));
      out.append(buffer.data(), got);
      if (result == TlsResult::WantRead && out.size() < sent) ends.wait(result);
    }
  }
  CHECK_EQ(connection.finish(fd), TlsResult::Done);
  ::shutdown(fd, SHUT_WR);
  return out;
}

}  // namespace

TEST_CASE("TLS 1.2 and 1.3, ECDSA and RSA, from and to OpenSSL") {
  const bool kernel_has_tls = testing::kernel_has_tls();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
    for (const bool rsa : {false, true})
      for (const TlsRole role : {TlsRole::Client, TlsRole::Server}) {
        CAPTURE(version);
        CAPTURE(rsa);
        CAPTURE(static_cast<int>(role));
        const Authority authority = *Authority::make("mesh", rsa);
        const bool server = role == TlsRole::Server;
        TlsSettings settings;
        settings.credentials =
            *authority.issue({.uris = {server ? kGatewayId : kClientId}, .hosts = {}, .rsa = rsa});
        settings.peer_names = {server ? kClientId : kGatewayId};
        settings.server_name = server ? "" : kName;
        const auto context = TlsContext::make(role, settings);
        REQUIRE_MESSAGE(context, (context ? "" : context.error().message));
        const ContextPtr other = openssl_context(
            *authority.issue({.uris = {server ? kClientId : kGatewayId}, .hosts = {}, .rsa = rsa}),
            !server, version);
        for (int i = 0; i < 2; ++i) {  // a client resumes the second time
          Ends ends;
          Agreed agreed;
          Agreed ours;
          std::thread peer([&] { echo_with_openssl(other, !server, ends.theirs.get(), agreed); });
          {
            TlsConnection connection(*context, {});
            const std::string data = testing::noise(200'000, 5);
            bool by_kernel = false;
            const std::string got = exchange(connection, ends, data, by_kernel);
            CHECK((got == data));
            CHECK_EQ(by_kernel, kernel_has_tls);
            ours = {connection.version(), connection.cipher()};
            CHECK_EQ(connection.group(), "X25519");
            REQUIRE_NE(connection.peer_certificate(), nullptr);
            CHECK_EQ(connection.peer_certificate()->uris,
                     std::vector<std::string>{server ? kClientId : kGatewayId});
            REQUIRE_NE(connection.own_certificate(), nullptr);
            CHECK_EQ(connection.own_certificate()->uris,
                     std::vector<std::string>{server ? kGatewayId : kClientId});
            if (!server) CHECK_EQ(connection.resumed(), i == 1);
          }
          ends.ours.reset();
          peer.join();
          CHECK_EQ(ours.version, agreed.version);
          CHECK_EQ(ours.cipher, agreed.cipher);
        }
      }
}

}  // namespace egressctl::forward
