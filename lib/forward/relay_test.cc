// What passes through a forwarder arrives as it was sent.
#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <poll.h>

#include "lib/forward/test_forwarder.h"
#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

using egressctl::testing::TemporaryFolder;
using testing::address_of;
using testing::check_same;
using testing::config_with;
using testing::connect_to;
using testing::counters_of;
using testing::exchange;
using testing::hello_for;
using testing::kHost;
using testing::Mesh;
using testing::noise;
using testing::receive_all;
using testing::receive_some;
using testing::route_to;
using testing::send_all;
using testing::start;
using testing::Upstream;

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
  CHECK_EQ(counters_of(*forwarder).total.value(), 40);
}

TEST_CASE("a hello may come byte by byte") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  const UniqueFd fd = connect_to(address_of(*forwarder));
  const std::string hello = hello_for(kHost);
  for (const char c : hello) REQUIRE(send_all(fd.get(), {&c, 1}));
  check_same(receive_some(fd.get(), hello.size()), hello);
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

TEST_CASE("a reader that takes nothing stops the writer, and gets all in the end") {
  // More than sockets hold on the way.
  constexpr std::size_t kMost = std::size_t{192} << 20;
  const std::string part = noise(std::size_t{1} << 20, 3);
  std::promise<std::size_t> stopped;
  const Upstream upstream([&](int fd) {
    receive_some(fd, hello_for(kHost).size());
    std::size_t sent = 0;
    pollfd room{fd, POLLOUT, 0};
    constexpr int kLong = 500;
    while (sent < kMost && ::poll(&room, 1, kLong) == 1) {
      const std::string_view rest = std::string_view(part).substr(sent % part.size());
      const ssize_t size = ::send(fd, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size > 0) sent += static_cast<std::size_t>(size);
    }
    stopped.set_value(sent);
  });
  const Mesh mesh;
  const auto gateway = start(config_with({mesh.terminating({route_to(upstream.address())})}));
  const auto plain = start(config_with({route_to(upstream.address())}));
  const auto sidecar = start(config_with({mesh.wrapping(address_of(*gateway))}));
  const Forwarder* way = plain.get();
  SUBCASE("by splice") {}
  SUBCASE("through mutual TLS") {
    way = sidecar.get();
  }
  const UniqueFd fd = connect_to(address_of(*way));
  send_all(fd.get(), hello_for(kHost));
  const std::size_t sent = stopped.get_future().get();
  CHECK_LT(sent, kMost);
  const std::string got = receive_all(fd.get());
  CHECK_EQ(got.size(), sent);
  bool same = true;
  for (std::size_t at = 0; at < got.size(); at += part.size())
    same = same && std::string_view(got).substr(at, part.size()) ==
                       std::string_view(part).substr(0, got.size() - at);
  CHECK(same);
}

TEST_CASE("unix sockets at both ends") {
  const TemporaryFolder folder;
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

TEST_CASE("the PROXY protocol, in and out") {
  std::string received;
  std::string client;
  std::string forwarder_address;
  const TemporaryFolder folder;
  const std::string log = folder.path() / "access.log";
  {
    const Upstream upstream([&](int fd) { received = receive_all(fd); });
    Config config = config_with({route_to(upstream.address())});
    config.access_log = log;
    config.format = *AccessLogFormat::parse(
        "%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% "
        "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS% %DOWNSTREAM_DIRECT_LOCAL_ADDRESS%");
    config.listeners.front().proxy_protocol = true;
    config.listeners.front().proxy_protocol_out = ProxyProtocol::V1;
    const auto forwarder = start(config);
    const UniqueFd fd = connect_to(address_of(*forwarder));
    client = local_address(fd.get()).to_string();
    forwarder_address = address_of(*forwarder).to_string();
    send_all(fd.get(), "PROXY TCP4 192.0.2.7 192.0.2.8 1234 443\r\n" + hello_for(kHost));
    ::shutdown(fd.get(), SHUT_WR);
    CHECK_EQ(receive_all(fd.get()), "");
  }
  CHECK_EQ(received, "PROXY TCP4 192.0.2.7 192.0.2.8 1234 443\r\n" + hello_for(kHost));
  CHECK_EQ(egressctl::testing::read_file(log),
           fmt::format("192.0.2.7:1234 192.0.2.8:443 {} {}\n", client, forwarder_address));
}

}  // namespace
}  // namespace egressctl::forward
