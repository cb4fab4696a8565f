// Holds our reading of hellos against OpenSSL's: its clients make them, its server reads them.
#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "lib/forward/client_hello.h"
#include "lib/forward/test_hello.h"

namespace egressctl::forward {
namespace {

using namespace testing;

struct Deleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
};
using Context = std::unique_ptr<SSL_CTX, Deleter>;
using Connection = std::unique_ptr<SSL, Deleter>;

// What OpenSSL's server makes of the extensions of a hello that it takes for one.
struct Reading {
  bool called = false;
  std::optional<Buffer> server_name;  // the extension's data
  std::optional<Buffer> alpn;
};

std::optional<Buffer> raw_extension(SSL* connection, unsigned type) {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(connection, type, &data, &size) != 1) return std::nullopt;
  return Buffer(data, data + size);
}

int on_hello(SSL* connection, int*, void* argument) {
  auto& reading = *static_cast<Reading*>(argument);
  reading.called = true;
  reading.server_name = raw_extension(connection, TLSEXT_TYPE_server_name);
  reading.alpn = raw_extension(connection, TLSEXT_TYPE_application_layer_protocol_negotiation);
  return SSL_CLIENT_HELLO_ERROR;  // we want no more of it
}

Reading openssl_reads(const Buffer& bytes) {
  Reading reading;
  const Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_client_hello_cb(context.get(), on_hello, &reading);
  const Connection server(SSL_new(context.get()));
  BIO* in = BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()));
  SSL_set_bio(server.get(), in, BIO_new(BIO_s_mem()));
  (void)SSL_accept(server.get());
  return reading;
}

struct Wanted {
  std::string name;
  std::vector<std::string> protocols;
  int highest = TLS1_3_VERSION;
};

Buffer openssl_writes(const Wanted& wanted) {
  const Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context.get(), wanted.highest);
  const Connection client(SSL_new(context.get()));
  if (!wanted.name.empty()) SSL_set_tlsext_host_name(client.get(), wanted.name.c_str());
  if (!wanted.protocols.empty()) {
    Buffer list;
    for (const std::string& protocol : wanted.protocols) {
      put(list, protocol.size(), 1);
      put(list, protocol);
    }
    SSL_set_alpn_protos(client.get(), list.data(), static_cast<unsigned>(list.size()));
  }
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(client.get(), BIO_new(BIO_s_mem()), out);
  (void)SSL_connect(client.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  return Buffer(data, data + size);
}

// The same extension's data, of what we read.
Buffer name_data(const std::string& name) {
  const Buffer whole = server_name(name);
  return Buffer(whole.begin() + 4, whole.end());
}

Buffer alpn_data(const std::vector<std::string>& protocols) {
  const Buffer whole = alpn(protocols);
  return Buffer(whole.begin() + 4, whole.end());
}

TEST_CASE("hello and OpenSSL: what its clients write is read as they meant it") {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    Wanted wanted;
    const std::size_t length = random() % 200;
    for (std::size_t k = 0; k < length; ++k)
      wanted.name += static_cast<char>(k % 9 == 8 ? '.' : 'a' + random() % 26);
    for (std::size_t k = random() % 4; k > 0; --k)
      wanted.protocols.push_back("p" + std::to_string(random()));
    wanted.highest = random() % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
    const HelloResult result = read_client_hello(openssl_writes(wanted));
    REQUIRE(result.status == HelloStatus::Complete);
    CHECK(result.hello.server_name == wanted.name);
    CHECK(result.hello.alpn == wanted.protocols);
    CHECK(result.hello.highest_version == wanted.highest);
  }
}

TEST_CASE("hello and OpenSSL: of broken hellos we take none in another way than it does") {
  std::mt19937 random(2);
  int taken_by_both = 0;
  for (int i = 0; i < 20'000; ++i) {
    Buffer message = hello_message(
        {server_name("www.example.com"), alpn({"h2", "http/1.1"}), extension(43, {4, 3, 4, 3, 3})});
    for (std::size_t k = random() % 4; k > 0; --k)
      message[4 + random() % (message.size() - 4)] = static_cast<std::uint8_t>(random());
    const Buffer bytes = in_records(message, 20 + random() % 200);
    const HelloResult ours = read_client_hello(bytes);
    if (ours.status != HelloStatus::Complete) continue;
    const Reading theirs = openssl_reads(bytes);
    // It refuses some that we take (a version that it does not speak): they go nowhere.
    if (!theirs.called) continue;
    ++taken_by_both;
    CHECK(theirs.server_name.has_value() == !ours.hello.server_name.empty());
    if (theirs.server_name) CHECK(*theirs.server_name == name_data(ours.hello.server_name));
    CHECK(theirs.alpn.has_value() == !ours.hello.alpn.empty());
    if (theirs.alpn) CHECK(*theirs.alpn == alpn_data(ours.hello.alpn));
  }
  CHECK(taken_by_both > 3000);
}

}  // namespace
}  // namespace egressctl::forward
