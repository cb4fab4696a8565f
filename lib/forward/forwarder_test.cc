// Whole connections through a forwarder, on loopback.
#include "lib/forward/forwarder.h"

#include <sys/stat.h>

#include <future>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>

#include "lib/forward/certificates.h"
#include "lib/forward/test_network.h"
#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

using egressctl::testing::write_file;
using testing::connect_to;
using testing::hello_for;
using testing::noise;
using testing::receive_all;
using testing::receive_some;
using testing::send_all;
using testing::Upstream;

constexpr std::string_view kAlert("\x15\x03\x01\x00\x02\x02\x70", 7);
constexpr const char* kHost = "www.example.com";
constexpr const char* kGatewayId = "spiffe://cluster.local/ns/istio-egress/sa/istio-egressgateway";
constexpr const char* kClientId = "spiffe://cluster.local/ns/default/sa/ubuntu";

RouteConfig route_to(const SocketAddress& address, std::vector<std::string> names = {kHost}) {
  RouteConfig out;
  out.names = std::move(names);
  out.host = address.ip.to_string();
  out.port = address.port;
  return out;
}

Config config_with(std::vector<RouteConfig> routes) {
  Config out;
  out.workers = 2;
  ListenerConfig listener;
  listener.name = "test";
  listener.address = *SocketAddress::parse("127.0.0.1:0");
  listener.routes = std::move(routes);
  out.listeners = {std::move(listener)};
  return out;
}

std::unique_ptr<Forwarder> start(const Config& config) {
  auto started = Forwarder::start(config);
  REQUIRE_MESSAGE(started, (started ? "" : started.error().message));
  return std::move(*started);
}

const SocketAddress& address_of(const Forwarder& forwarder) {
  return forwarder.listeners().front().address;
}

// Asks for a name, sends the payload behind the hello and gives back what comes until the end.
std::string exchange(const SocketAddress& address, std::string_view name,
                     const std::string& payload) {
  const UniqueFd fd = connect_to(address);
  REQUIRE(fd.valid());
  const std::string sent = hello_for(name) + payload;
  std::thread sender([&] {
    send_all(fd.get(), sent);
    ::shutdown(fd.get(), SHUT_WR);
  });
  std::string got = receive_all(fd.get());
  sender.join();
  return got;
}

// The same hash or the same bytes: what failed is too long to print.
void check_same(const std::string& got, const std::string& expected) {
  CHECK_EQ(got.size(), expected.size());
  CHECK((got == expected));
}

// What a test of mutual TLS needs.
struct Mesh {
  Authority authority = *Authority::make("mesh");
  Credentials gateway = *authority.issue({.uris = {kGatewayId}, .hosts = {}});
  Credentials client = *authority.issue({.uris = {kClientId}, .hosts = {}});

  [[nodiscard]] TlsConfig gateway_tls() const {
    TlsConfig out;
    out.given = gateway;
    out.alpn = {"istio"};
    return out;
  }
  [[nodiscard]] TlsConfig client_tls() const {
    TlsConfig out;
    out.given = client;
    out.peer_names = {kGatewayId};
    out.alpn = {"istio"};
    out.server_name = "outbound_.443_.wildcard_.gateway.istio-egress.svc.cluster.local";
    return out;
  }

  [[nodiscard]] RouteConfig terminating(std::vector<RouteConfig> inside) const {
    RouteConfig out;
    out.names = {"*"};
    out.cluster = "sni_cluster";
    out.termination = TerminationConfig{.tls = gateway_tls(),
                                        .look_inside = true,
                                        .inside = std::move(inside),
                                        .same_name = false,
                                        .listener = "sni_listener"};
    return out;
  }
  [[nodiscard]] RouteConfig wrapping(const SocketAddress& gateway_address) const {
    RouteConfig out = route_to(gateway_address, {"*.example.com"});
    out.tls = client_tls();
    return out;
  }
};

}  // namespace

TEST_CASE("bytes pass in both directions, whatever their number") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  for (const std::size_t size : {0U, 1U, 1000U, 100'000U, 20'000'000U}) {
    CAPTURE(size);
    const std::string payload = noise(size, size + 1);
    check_same(exchange(address_of(*forwarder), kHost, payload), hello_for(kHost) + payload);
  }
}

TEST_CASE("many connections at once do not mix") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = start(config_with({route_to(upstream.address(), {"*.example.com"})}));
  std::vector<std::thread> clients;
  std::atomic<int> wrong{0};
  for (std::uint64_t i = 0; i < 40; ++i)
    clients.emplace_back([&, i] {
      const std::string name = fmt::format("h{}.example.com", i);
      const std::string payload = noise(300'000 + i, i + 1);
      if (exchange(address_of(*forwarder), name, payload) != hello_for(name) + payload) ++wrong;
    });
  for (std::thread& client : clients) client.join();
  CHECK_EQ(wrong, 0);
  CHECK_EQ(forwarder->counters().total.value(), 40);
}

TEST_CASE("a hello may come byte by byte") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  const UniqueFd fd = connect_to(address_of(*forwarder));
  const std::string hello = hello_for(kHost);
  for (const char c : hello) REQUIRE(send_all(fd.get(), {&c, 1}));
  check_same(receive_some(fd.get(), hello.size()), hello);
}

TEST_CASE("what has no route is told so and goes nowhere") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  for (const char* name : {"evil.example.net", "example.com", "a.www.example.com", "127.0.0.1"}) {
    CAPTURE(name);
    CHECK_EQ(exchange(address_of(*forwarder), name, ""), kAlert);
  }
  const UniqueFd plain = connect_to(address_of(*forwarder));
  send_all(plain.get(), "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
  CHECK_EQ(receive_all(plain.get()), "");
  CHECK_EQ(upstream.accepted(), 0);
  CHECK_EQ(forwarder->counters().refused.value(), 5);
}

TEST_CASE("names do not lead to addresses that are not of the internet") {
  const Upstream upstream(Upstream::echo);
  RouteConfig route;
  route.names = {kHost};
  route.port = upstream.address().port;
  Config config = config_with({route});
  config.resolver.hosts[kHost] = {*IpAddress::parse("127.0.0.1")};
  {
    const auto forwarder = start(config);
    CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), kAlert);
    CHECK_EQ(forwarder->counters().denied_addresses.value(), 1);
  }
  CHECK_EQ(upstream.accepted(), 0);
  config.allowed = {*IpRange::parse("127.0.0.0/8")};
  const auto forwarder = start(config);
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
}

TEST_CASE("a forwarder does not dial itself") {
  RouteConfig route;
  route.names = {kHost};
  Config config = config_with({route});
  // The port must be known before: take one, and give it back.
  const UniqueFd taken = *listen_on(*SocketAddress::parse("127.0.0.1:0"), {.shared = true});
  config.listeners.front().address = local_address(taken.get());
  config.listeners.front().routes.front().port = local_address(taken.get()).port;
  config.resolver.hosts[kHost] = {*IpAddress::parse("127.0.0.1")};
  config.allowed = {*IpRange::parse("127.0.0.0/8")};
  auto socket = listen_on(local_address(taken.get()), {.shared = true});
  config.listeners.front().inherited = socket->get();
  const_cast<UniqueFd&>(taken).reset();
  const auto forwarder = start(config);
  CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), kAlert);
  CHECK_EQ(forwarder->counters().total.value(), 1);
}

TEST_CASE("the client's end is passed on, and the answer still comes") {
  const Upstream upstream([](int fd) {
    const std::string all = receive_all(fd);
    send_all(fd, fmt::format("{} bytes", all.size()));
  });
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  const std::string payload = noise(5'000'000, 7);
  CHECK_EQ(exchange(address_of(*forwarder), kHost, payload),
           fmt::format("{} bytes", payload.size() + hello_for(kHost).size()));
}

TEST_CASE("the upstream's end is passed on while the client goes on") {
  std::promise<std::string> received;
  const Upstream upstream([&](int fd) {
    send_all(fd, "early answer");
    ::shutdown(fd, SHUT_WR);
    received.set_value(receive_all(fd));
  });
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  const UniqueFd fd = connect_to(address_of(*forwarder));
  send_all(fd.get(), hello_for(kHost));
  CHECK_EQ(receive_all(fd.get()), "early answer");
  CHECK(send_all(fd.get(), "late words"));
  ::shutdown(fd.get(), SHUT_WR);
  // The forwarder must live until all is relayed.
  CHECK_EQ(received.get_future().get(), hello_for(kHost) + "late words");
}

TEST_CASE("a reset of one end is a reset of the other") {
  const Upstream upstream([](int fd) {
    receive_some(fd, 10);
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  });
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  const UniqueFd fd = connect_to(address_of(*forwarder));
  send_all(fd.get(), hello_for(kHost));
  bool failed = false;
  CHECK_EQ(receive_all(fd.get(), &failed), "");
  CHECK(failed);
}

TEST_CASE("a slow reader slows the writer down, and memory stays flat") {
  const std::string payload = noise(30'000'000, 3);
  const Upstream upstream([&](int fd) {
    receive_some(fd, hello_for(kHost).size());
    send_all(fd, payload);
  });
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  const UniqueFd fd = connect_to(address_of(*forwarder));
  send_all(fd.get(), hello_for(kHost));
  const std::string first = receive_some(fd.get(), 1);
  CHECK_EQ(first, payload.substr(0, 1));
  check_same(first + receive_all(fd.get()), payload);
}

TEST_CASE("an upstream that refuses is told of in the log") {
  SocketAddress nobody;
  {
    const UniqueFd taken = *listen_on(*SocketAddress::parse("127.0.0.1:0"), {});
    nobody = local_address(taken.get());
  }
  const egressctl::testing::TemporaryFolder folder;
  const std::string log = folder.path() / "access.log";
  Config config = config_with({route_to(nobody)});
  config.access_log = log;
  {
    const auto forwarder = start(config);
    CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), "");
  }
  const std::string line = egressctl::testing::read_file(log);
  CAPTURE(line);
  CHECK_NE(line.find("\"- - -\" 0 UF,URX - - \"delayed_connect_error:_Connection_refused\" 0 0 "),
           std::string::npos);
  CHECK_NE(line.find(fmt::format("\"{}\" {} - ", nobody.to_string(), kHost)), std::string::npos);
}

TEST_CASE("the next address is tried when one refuses") {
  const Upstream upstream(Upstream::echo);
  RouteConfig route;
  route.names = {kHost};
  route.port = upstream.address().port;
  Config config = config_with({route});
  config.allowed = {*IpRange::parse("127.0.0.0/8"), *IpRange::parse("::1/128")};
  config.resolver.hosts[kHost] = {*IpAddress::parse("::1"), *IpAddress::parse("127.0.0.1")};
  const auto forwarder = start(config);
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
}

TEST_CASE("who says nothing is let go") {
  const Upstream upstream(Upstream::echo);
  Config config = config_with({route_to(upstream.address())});
  config.timeouts.hello = std::chrono::milliseconds(50);
  config.timeouts.idle = std::chrono::milliseconds(50);
  const auto forwarder = start(config);
  const UniqueFd silent = connect_to(address_of(*forwarder));
  send_all(silent.get(), hello_for(kHost).substr(0, 20));
  CHECK_EQ(receive_all(silent.get()), "");
  const UniqueFd idle = connect_to(address_of(*forwarder));
  send_all(idle.get(), hello_for(kHost));
  check_same(receive_all(idle.get()), hello_for(kHost));
  CHECK_EQ(forwarder->counters().active.value(), 0);
}

TEST_CASE("beyond the most connections new ones are refused") {
  const Upstream upstream(Upstream::echo);
  Config config = config_with({route_to(upstream.address())});
  config.max_connections = 1;
  const auto forwarder = start(config);
  const UniqueFd first = connect_to(address_of(*forwarder));
  send_all(first.get(), hello_for(kHost));
  check_same(receive_some(first.get(), hello_for(kHost).size()), hello_for(kHost));
  const UniqueFd second = connect_to(address_of(*forwarder));
  send_all(second.get(), hello_for(kHost));
  CHECK_EQ(receive_all(second.get()), "");
  CHECK_EQ(forwarder->counters().overflow.value(), 1);
}

TEST_CASE("mutual TLS from a sidecar to a gateway") {
  const Mesh mesh;
  const Upstream upstream(Upstream::echo);
  const egressctl::testing::TemporaryFolder folder;
  const std::string log = folder.path() / "gateway.log";
  Config gateway_config =
      config_with({mesh.terminating({route_to(upstream.address(), {"*.example.com"})})});
  gateway_config.access_log = log;
  {
    const auto gateway = start(gateway_config);
    const auto sidecar = start(config_with({mesh.wrapping(address_of(*gateway))}));
    for (const std::size_t size : {0U, 1U, 1000U, 100'000U, 10'000'000U}) {
      CAPTURE(size);
      const std::string payload = noise(size, size + 1);
      check_same(exchange(address_of(*sidecar), kHost, payload), hello_for(kHost) + payload);
    }
    CHECK_EQ(exchange(address_of(*sidecar), "www.example.net", ""), kAlert);
    CHECK_EQ(sidecar->counters().handshakes.value(), 5);
    CHECK_GE(sidecar->counters().handshakes_resumed.value(), 1);
  }
  const std::string lines = egressctl::testing::read_file(log);
  CAPTURE(lines);
  CHECK_NE(lines.find("envoy://sni_listener/ envoy://internal_client_address/ www.example.com -"),
           std::string::npos);
  CHECK_NE(lines.find("\"envoy://sni_listener/\" sni_cluster envoy://internal_client_address/ "),
           std::string::npos);
}

TEST_CASE("a gateway looks at the name inside") {
  const Mesh mesh;
  const Upstream upstream(Upstream::echo);
  const auto gateway = start(config_with({mesh.terminating({route_to(upstream.address())})}));
  const auto sidecar = start(config_with({mesh.wrapping(address_of(*gateway))}));
  CHECK_EQ(exchange(address_of(*sidecar), kHost, "x"), hello_for(kHost) + "x");
  CHECK_EQ(exchange(address_of(*sidecar), "other.example.com", ""), kAlert);
  CHECK_EQ(upstream.accepted(), 1);
}

TEST_CASE("neither end of mutual TLS talks to strangers") {
  const Mesh mesh;
  const Mesh strangers;
  const Upstream upstream(Upstream::echo);
  const auto gateway =
      start(config_with({mesh.terminating({route_to(upstream.address(), {"*.example.com"})})}));
  const auto fails = [&](const TlsConfig& tls) {
    RouteConfig route = mesh.wrapping(address_of(*gateway));
    route.tls = tls;
    const auto sidecar = start(config_with({route}));
    CHECK_EQ(exchange(address_of(*sidecar), kHost, "x"), "");
    CHECK_EQ(upstream.accepted(), 0);
  };
  SUBCASE("a client of another CA") {
    fails(strangers.client_tls());
  }
  SUBCASE("a gateway of another name") {
    TlsConfig tls = mesh.client_tls();
    tls.peer_names = {"spiffe://cluster.local/ns/istio-egress/sa/another"};
    fails(tls);
  }
  SUBCASE("a client whose certificate has ended") {
    TlsConfig tls = mesh.client_tls();
    tls.given = *mesh.authority.issue(
        {.uris = {kClientId}, .hosts = {}, .lasts = std::chrono::seconds(-60)});
    fails(tls);
  }
  SUBCASE("a client without a certificate") {
    TlsConfig tls = mesh.client_tls();
    tls.given.certificates.clear();
    tls.given.key.clear();
    fails(tls);
  }
}

TEST_CASE("reloading changes routes for new connections alone") {
  const Upstream first(Upstream::echo);
  const Upstream second([](int fd) {
    receive_some(fd, 10);
    send_all(fd, "second");
  });
  const auto forwarder = start(config_with({route_to(first.address())}));
  const UniqueFd old = connect_to(address_of(*forwarder));
  send_all(old.get(), hello_for(kHost));
  check_same(receive_some(old.get(), hello_for(kHost).size()), hello_for(kHost));

  Config bad = config_with({route_to(second.address(), {"not a host"})});
  CHECK_FALSE(forwarder->reload(bad));
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
  REQUIRE(forwarder->reload(config_with({route_to(second.address())})));
  CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), "second");

  send_all(old.get(), "still here");
  CHECK_EQ(receive_some(old.get(), 10), "still here");
}

TEST_CASE("a drain takes no new connections and keeps the old") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  const UniqueFd old = connect_to(address_of(*forwarder));
  send_all(old.get(), hello_for(kHost));
  check_same(receive_some(old.get(), hello_for(kHost).size()), hello_for(kHost));
  forwarder->drain();
  CHECK_EQ(forwarder->state(), ForwarderState::Draining);
  send_all(old.get(), "still here");
  CHECK_EQ(receive_some(old.get(), 10), "still here");
}

TEST_CASE("the PROXY protocol, in and out") {
  std::string received;
  {
    const Upstream upstream([&](int fd) { received = receive_all(fd); });
    Config config = config_with({route_to(upstream.address())});
    config.listeners.front().proxy_protocol = true;
    config.listeners.front().proxy_protocol_out = ProxyProtocol::V1;
    const auto forwarder = start(config);
    const UniqueFd fd = connect_to(address_of(*forwarder));
    send_all(fd.get(), "PROXY TCP4 192.0.2.7 192.0.2.8 1234 443\r\n" + hello_for(kHost));
    ::shutdown(fd.get(), SHUT_WR);
    CHECK_EQ(receive_all(fd.get()), "");
  }
  CHECK_EQ(received.substr(0, 27), "PROXY TCP4 192.0.2.7 127.0.");
  CHECK(received.ends_with(hello_for(kHost)));
}

TEST_CASE("unix sockets at both ends") {
  const egressctl::testing::TemporaryFolder folder;
  const std::string path = "unix:" + (folder.path() / "in").string();
  const Upstream upstream(Upstream::echo);
  Config config = config_with({route_to(upstream.address())});
  config.listeners.front().address = *SocketAddress::parse(path);
  const auto inner = start(config);
  RouteConfig route;
  route.names = {kHost};
  route.host = path;
  const auto outer = start(config_with({route}));
  CHECK_EQ(exchange(address_of(*outer), kHost, "x"), hello_for(kHost) + "x");
}

TEST_CASE("what can't be used is told before anything listens") {
  Config config = config_with({});
  SUBCASE("a name that nobody could ask for") {
    config.listeners.front().routes = {route_to({}, {"*"})};
    config.listeners.front().routes.front().host.clear();
    const auto checked = Forwarder::check(config);
    REQUIRE_FALSE(checked);
    CHECK_EQ(checked.error().message,
             "test: \"*\" is no name that a client could ask for: expected a host as in "
             "\"www.example.com\" or a wildcard as in \"*.example.com\"");
  }
  SUBCASE("a key that others may read") {
    const Mesh mesh;
    const egressctl::testing::TemporaryFolder folder;
    const std::string key = write_file(folder.path() / "tls.key", mesh.client.key);
    RouteConfig route = route_to({});
    route.tls = TlsConfig{};
    route.tls->files = {write_file(folder.path() / "tls.crt", mesh.client.certificates), key,
                        write_file(folder.path() / "ca.crt", mesh.client.authorities)};
    config.listeners.front().routes = {route};
    ::chmod(key.c_str(), 0644);
    const auto checked = Forwarder::check(config);
    REQUIRE_FALSE(checked);
    CHECK_EQ(checked.error().message,
             fmt::format("test: route to www.example.com: {} is a private key that others may read "
                         "(mode 0644); run: chmod 600 {}",
                         key, key));
    ::chmod(key.c_str(), 0600);
    CHECK(Forwarder::check(config));
  }
}

}  // namespace egressctl::forward
